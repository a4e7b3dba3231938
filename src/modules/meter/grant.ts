/**
 * The grants of passes, one file each in the state directory: whose calls the meter forwards, to
 * which endpoint, with which key, and within which limits. A grant lives as long as its runner.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { join } from 'node:path';
import { existsSync, readdirSync, rmSync } from '../../kernel/files.js';
import { sha256 } from '../../kernel/hash.js';
import { makeDirectory } from '../../workspace/durable.js';
import { isIdentity, lifeOf, ownIdentity } from '../../workspace/process-identity.js';
import type { ProcessIdentity } from '../../workspace/process-identity.js';
import { readJson, writeJsonDurably } from '../../workspace/state-home.js';
import { dropProgress } from './progress.js';

export type Grant = {
  /** Of the run and its use, such as `RUN-20261121-004.worker`. */
  readonly id: string;
  readonly runId: string;
  readonly project: string;
  readonly runner: string;
  readonly endpoint: string;
  /** The variable with the key, in the environment of the meter; empty: no key. */
  readonly apiKeyEnv: string;
  /** Of this grant alone; `cost` in the owner's currency. */
  readonly limits: { readonly tokens?: number; readonly cost?: number };
  /** ISO time. */
  readonly opened: string;
};
type Kept = Grant & { readonly tokenSha256: string; readonly opener: ProcessIdentity };

const SUFFIX = '.json';
const TOKEN = /^([\w-]+\.[\w-]+)\.[\w-]{43}$/;

/** An earlier grant of the same use is replaced. @returns the token, which is stored nowhere. */
export function openGrant(
  state: string,
  grant: Omit<Grant, 'id'> & { readonly use: string },
): {
  readonly grant: Grant;
  readonly token: string;
} {
  const { use, ...rest } = grant;
  const opened = { ...rest, id: `${grant.runId}.${use}` };
  const token = `${opened.id}.${randomBytes(32).toString('base64url')}`;
  closeDeadGrants(state);
  makeDirectory(folderOf(state), 0o700);
  const kept: Kept = { ...opened, tokenSha256: sha256(token), opener: ownIdentity() };
  writeJsonDurably(pathOf(state, opened.id), kept);
  return { grant: opened, token };
}

/** From now on its token is unknown. */
export function closeGrant(state: string, id: string): void {
  rmSync(pathOf(state, id), { force: true });
}

/** The grant of a token; nothing if it is closed, was never given, or its pass has died. */
export function grantOfToken(state: string, token: string): Grant | undefined {
  const id = TOKEN.exec(token)?.[1];
  const kept = id === undefined ? undefined : readJson<Kept>(pathOf(state, id));
  if (kept === undefined || !isLive(kept)) return undefined;
  const [given, known] = [Buffer.from(sha256(token)), Buffer.from(kept.tokenSha256)];
  if (given.length !== known.length || !timingSafeEqual(given, known)) return undefined;
  const { tokenSha256: _token, opener: _opener, ...grant } = kept;
  return grant;
}

/** A judge of a pass has an account of its own, because it has limits of its own. */
export function accountOf({ id, runId }: Pick<Grant, 'id' | 'runId'>): string {
  return id === `${runId}.worker` ? runId : id;
}

/** How many passes may spend now. */
export function liveGrants(state: string): number {
  return all(state).filter(isLive).length;
}

/** Those of passes that died; what the meter saw of a pass without a grant goes with them. */
export function closeDeadGrants(state: string): void {
  const accounts = new Set<string>();
  for (const grant of all(state))
    if (isLive(grant)) accounts.add(accountOf(grant));
    else closeGrant(state, grant.id);
  dropProgress(state, (account) => accounts.has(account));
}

function isLive({ opener }: Kept): boolean {
  return isIdentity(opener) && lifeOf(opener) !== 'dead';
}

function all(state: string): readonly Kept[] {
  const folder = folderOf(state);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith(SUFFIX))
    .flatMap((name) => readJson<Kept>(join(folder, name)) ?? []);
}

function folderOf(state: string): string {
  return join(state, 'meter', 'passes');
}

function pathOf(state: string, id: string): string {
  return join(folderOf(state), `${id}${SUFFIX}`);
}
