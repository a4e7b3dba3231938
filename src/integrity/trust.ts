/**
 * The trusted key of a workspace, pinned outside it. Otherwise anybody who can write the workspace
 * could sign it with another key.
 */
import { readdirSync, realpathSync } from '../kernel/files.js';
import { isAbsolute, join, relative, sep } from 'node:path';
import { NocturneError } from '../kernel/error.js';
import { readJson, writeJsonDurably } from '../workspace/state-home.js';
import { errnoOf } from '../workspace/storage-error.js';
import { fingerprintOf } from './owner-key.js';

/**
 * `signedAt`: when the owner last signed here; a manifest with an earlier time is an old one that
 * somebody restored. `publicKey` is PEM.
 */
export type Trust = {
  readonly root: string;
  readonly workspaceId: string;
  readonly fingerprint: string;
  readonly publicKey: string;
  readonly pinnedAt: string;
  readonly signedAt: string;
};

/** Where the trusted key is. */
export function trustPath(state: string): string {
  return join(state, 'trust.json');
}

const FIELDS = ['root', 'workspaceId', 'fingerprint', 'publicKey', 'pinnedAt', 'signedAt'] as const;

/**
 * `undefined` if no key is trusted here yet.
 * @throws NocturneError `NOT_TRUSTED` if the file exists but names no key.
 */
export function readTrust(state: string): Trust | undefined {
  const path = trustPath(state);
  const value = readJson(path);
  if (value === undefined) return undefined;
  if (!isTrust(value))
    throw new NocturneError(
      'NOT_TRUSTED',
      `${path} does not say who owns this workspace; expected ${FIELDS.join(', ')}`,
      {
        file: path,
        hint: 'restore it from a backup, or, as the owner, run nocturne init --join',
      },
    );
  if (fingerprintOf(value.publicKey) !== value.fingerprint)
    throw new NocturneError(
      'NOT_TRUSTED',
      `the fingerprint ${value.fingerprint} in ${path} is not that of the key in the same file`,
      {
        file: path,
        hint: 'restore it from a backup, or, as the owner, run nocturne init --join',
      },
    );
  return value;
}

/** As `readTrust`; `undefined` also for a file that names no key, which is an alarm of its own. */
export function readableTrust(state: string): Trust | undefined {
  try {
    return readTrust(state);
  } catch (error) {
    if (error instanceof NocturneError) return undefined;
    throw error;
  }
}

/** Whether `$NOCTURNE_HOME` is in the workspace, where an agent could change it. Both exist. */
export function isHomeInside(home: string, root: string): boolean {
  const path = relative(realpathSync(root), realpathSync(home));
  return path === '' || !(path === '..' || path.startsWith(`..${sep}`) || isAbsolute(path));
}

export function pinTrust(state: string, trust: Trust): void {
  writeJsonDurably(trustPath(state), trust);
}

/** The other folders of this machine where the same workspace is trusted. */
export function trustedElsewhere(
  home: string,
  workspaceId: string,
  root: string,
): readonly (Trust & { readonly state: string })[] {
  const directory = join(home, 'workspaces');
  const found: (Trust & { readonly state: string })[] = [];
  for (const name of list(directory)) {
    const state = join(directory, name);
    // The damaged state of another workspace does not matter here.
    const trust = readableTrust(state);
    if (trust?.workspaceId === workspaceId && trust.root !== root) found.push({ ...trust, state });
  }
  return found.sort((a, b) => (a.pinnedAt < b.pinnedAt ? 1 : -1));
}

function list(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  }
}

function isTrust(value: unknown): value is Trust {
  return (
    typeof value === 'object' &&
    value !== null &&
    FIELDS.every((field) => typeof (value as Readonly<Record<string, unknown>>)[field] === 'string')
  );
}
