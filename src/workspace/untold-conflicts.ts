/**
 * Conflicts that recovery found: the process whose commit it was is dead, so they are kept until a
 * later commit has told the owner of them.
 */
import { parsedJson } from '../kernel/parsed-json.js';
import { readFileSync } from '../kernel/files.js';
import { dirname, join } from 'node:path';
import { makeDirectory, removeIfThere, writeFileDurably } from './durable.js';
import type { Entry } from './journal-entry.js';
import { listIfThere } from './read-if-there.js';
import { within } from './root-descriptor.js';

export type UntoldConflict = {
  readonly txid: string;
  readonly runId: string;
  /** Of the commit. */
  readonly reason: string;
  readonly paths: readonly string[];
};

const folderIn = (root: string): string => within(root, '.nocturne', 'conflicts', 'untold');
const fileOf = (root: string, txid: string): string => join(folderIn(root), `${txid}.json`);

export function keepUntold(
  root: string,
  { txid, runId, reason }: Pick<Entry, 'txid' | 'runId' | 'reason'>,
  paths: readonly string[],
): void {
  const file = fileOf(root, txid);
  makeDirectory(dirname(file));
  writeFileDurably(file, Buffer.from(JSON.stringify({ txid, runId, reason, paths })));
}

export function untoldConflicts(root: string): readonly UntoldConflict[] {
  return listIfThere(folderIn(root))
    .filter((name) => name.endsWith('.json'))
    .flatMap((name) => {
      const stored = parsedJson(readFileSync(join(folderIn(root), name), 'utf8'));
      return isUntold(stored) ? [stored] : [];
    });
}

export function forgetUntold(root: string, txid: string): void {
  removeIfThere(fileOf(root, txid));
}

function isUntold(value: unknown): value is UntoldConflict {
  const { txid, runId, reason, paths } = (value ?? {}) as Record<keyof UntoldConflict, unknown>;
  const isText = (part: unknown): boolean => typeof part === 'string';
  return [txid, runId, reason].every(isText) && Array.isArray(paths) && paths.every(isText);
}
