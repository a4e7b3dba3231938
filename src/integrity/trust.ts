/**
 * Whom a workspace belongs to, pinned outside it: without this, whoever can write the workspace
 * could sign it with a key of their own.
 */
import { readdirSync, realpathSync } from 'node:fs';
import { isAbsolute, join, relative, sep } from 'node:path';
import { NocturneError } from '../kernel/error.js';
import { readJson, writeJsonDurably } from '../workspace/state-home.js';
import { errnoOf } from '../workspace/storage-error.js';
import { fingerprintOf } from './owner-key.js';

/**
 * `signedAt`: when the owner last signed here; a manifest signed earlier is an old one put back.
 * `publicKey` is PEM.
 */
export type Trust = {
  readonly root: string;
  readonly workspaceId: string;
  readonly fingerprint: string;
  readonly publicKey: string;
  readonly pinnedAt: string;
  readonly signedAt: string;
};

const FILE = 'trust.json';
const FIELDS = ['root', 'workspaceId', 'fingerprint', 'publicKey', 'pinnedAt', 'signedAt'] as const;

/**
 * `undefined` when nobody is trusted here yet.
 * @throws NocturneError `NOT_TRUSTED` when the file is there and does not say whom to trust.
 */
export function readTrust(state: string): Trust | undefined {
  const path = join(state, FILE);
  const value = readJson(path);
  if (value === undefined) return undefined;
  if (!isTrust(value))
    throw new NocturneError(
      'NOT_TRUSTED',
      `${path} does not say whom this workspace belongs to: expected ${FIELDS.join(', ')}`,
      {
        file: path,
        hint: 'restore it from a backup, or remove it and run nocturne sign --all as the owner',
      },
    );
  if (fingerprintOf(value.publicKey) !== value.fingerprint)
    throw new NocturneError(
      'NOT_TRUSTED',
      `${path} names the fingerprint ${value.fingerprint}, which is not that of the key in it`,
      {
        file: path,
        hint: 'restore it from a backup, or remove it and run nocturne sign --all as the owner',
      },
    );
  return value;
}

/**
 * Whether `$NOCTURNE_HOME` lies in the workspace: then what is pinned in it could be rewritten by
 * whoever can write the workspace. Both exist.
 */
export function isHomeInside(home: string, root: string): boolean {
  const path = relative(realpathSync(root), realpathSync(home));
  return path === '' || !(path === '..' || path.startsWith(`..${sep}`) || isAbsolute(path));
}

export function pinTrust(state: string, trust: Trust): void {
  writeJsonDurably(join(state, FILE), trust);
}

/**
 * The same workspace as it was trusted at other places on this machine: it was moved or copied from
 * there.
 */
export function trustedElsewhere(
  home: string,
  workspaceId: string,
  root: string,
): readonly (Trust & { readonly state: string })[] {
  const directory = join(home, 'workspaces');
  const found: (Trust & { readonly state: string })[] = [];
  for (const name of list(directory)) {
    const state = join(directory, name);
    const trust = tryRead(state);
    if (trust?.workspaceId === workspaceId && trust.root !== root) found.push({ ...trust, state });
  }
  return found.sort((a, b) => (a.pinnedAt < b.pinnedAt ? 1 : -1));
}

function tryRead(state: string): Trust | undefined {
  try {
    return readTrust(state);
  } catch {
    // Another workspace's damaged state is that workspace's business.
    return undefined;
  }
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
