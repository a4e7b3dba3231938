/**
 * Which calls of others were carried out, in the state directory: a repeated key gets the same
 * answer, also after a restart.
 */
import { join } from 'node:path';
import { existsSync, readdirSync, rmSync } from '../../../kernel/files.js';
import { sha256 } from '../../../kernel/hash.js';
import { makeDirectory } from '../../../workspace/durable.js';
import { readJson, writeJsonDurably } from '../../../workspace/state-home.js';
import { meshDirectory } from '../identity.js';
import type { CallAnswer } from './call.js';

export type Receipt = {
  readonly key: string;
  /** Of the request: the same key is not for another one. */
  readonly digest: string;
  /** Milliseconds, by this node's clock. Missing in those of the first version. */
  readonly at?: number;
  /** Nothing: it was begun. */
  readonly answer?: CallAnswer;
};

const KEPT_MS = 14 * 24 * 3_600_000;
/** Of one node; the oldest go first. */
const MOST = 5_000;

export function readReceipt(state: string, from: string, key: string): Receipt | undefined {
  return readJson<Receipt>(pathOf(state, from, key));
}

/** Durable before it returns. */
export function writeReceipt(state: string, from: string, receipt: Receipt): void {
  makeDirectory(folderOf(state, from), 0o700);
  writeJsonDurably(pathOf(state, from, receipt.key), receipt);
}

/** Those that nobody will ask for any more. */
export function pruneReceipts(state: string, now: number): void {
  const folder = join(meshDirectory(state), 'receipts');
  if (!existsSync(folder)) return;
  for (const from of readdirSync(folder)) {
    const files = readdirSync(join(folder, from))
      .map((name) => join(folder, from, name))
      .map((path) => ({ path, at: readJson<Receipt>(path)?.at ?? now }))
      .sort((a, b) => b.at - a.at);
    for (const [rank, { path, at }] of files.entries())
      if (rank >= MOST || now - at > KEPT_MS) rmSync(path, { force: true });
  }
}

function folderOf(state: string, from: string): string {
  return join(meshDirectory(state), 'receipts', from);
}

function pathOf(state: string, from: string, key: string): string {
  return join(folderOf(state, from), `${sha256(key).slice(0, 32)}.json`);
}
