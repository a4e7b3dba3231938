/** The running pass as stored in the state directory: how `pass end` finds what `pass begin` knew, and how a crash is found. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { readJson, writeJsonDurably } from '../workspace/state-home.js';
import type { PassData } from './types.js';

const FILE = 'pass.json';

/** `waiting`: the process that stored it has ended and a host's agent works (`pass begin`); else its process must be alive. */
export type StoredPass = { readonly version: 1; readonly waiting: boolean; readonly data: PassData };

export function storePass(state: string, data: PassData, waiting: boolean): void {
  writeJsonDurably(join(state, FILE), { version: 1, waiting, data } satisfies StoredPass, { mode: 0o600 });
}

export function storedPass(state: string): StoredPass | undefined {
  return readJson<StoredPass>(join(state, FILE));
}

export function forgetPass(state: string): void {
  rmSync(join(state, FILE), { force: true });
}
