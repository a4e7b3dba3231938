/**
 * The running pass as stored in the state directory: how `pass end` finds what `pass begin` knew,
 * and how a crash is found.
 */
import { lstatSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { unpinForPass } from '../workspace/pinned-root.js';
import { readJson, writeJsonDurably } from '../workspace/state-home.js';
import type { HostSession, PassData } from './types.js';

const FILE = 'pass.json';

/**
 * `waiting`: the process that stored it has ended and a host's agent works (`pass begin`); else its
 * process must be alive.
 */
export type StoredPass = {
  readonly version: 1;
  readonly waiting: boolean;
  readonly data: PassData;
};

export function storePass(state: string, data: PassData, waiting: boolean): void {
  writeJsonDurably(join(state, FILE), { version: 1, waiting, data } satisfies StoredPass, {
    mode: 0o600,
  });
}

export function storedPass(state: string): StoredPass | undefined {
  const path = join(state, FILE);
  const stat = lstatSync(path, { throwIfNoEntry: false, bigint: true });
  if (stat === undefined) return undefined;
  const version = `${path} ${stat.ino} ${stat.size} ${stat.mtimeNs} ${stat.ctimeNs}`;
  if (last?.version === version) return last.stored;
  const stored = readJson<StoredPass>(path);
  last = stored === undefined ? undefined : { version, stored };
  return stored;
}

/** The running pass that a host began for this session of it. */
export function passOfSession(state: string, session: HostSession): PassData | undefined {
  const data = storedPass(state)?.data;
  return data?.session?.host === session.host && data.session.id === session.id ? data : undefined;
}

/**
 * Asked at every tool call, and with the baseline of the whole workspace in it. The file is only
 * ever replaced, never written in place.
 */
let last: { readonly version: string; readonly stored: StoredPass } | undefined;

export function forgetPass(state: string): void {
  unpinForPass(state);
  rmSync(join(state, FILE), { force: true });
}
