/**
 * The files of attempts, in the state directory: what each changed in the workspace. They are there
 * as a whole or not at all.
 */
import { chmodSync, existsSync, renameSync, rmSync } from '../../../kernel/files.js';
import { dirname, join } from 'node:path';
import { defined } from '../../../kernel/defined.js';
import {
  copyFileDurably,
  makeDirectory,
  removeIfThere,
  syncDirectory,
} from '../../../workspace/durable.js';
import { onFiles } from '../../../workspace/storage-error.js';
import { readJson, writeJsonDurably } from '../../../workspace/state-home.js';
import { type LoopPlace, loopFolder } from './loop-record.js';

/** A file of the workspace. `before`, `after`: SHA-256; without one, it is not there. */
export type KeptChange = {
  readonly path: string;
  readonly before?: string;
  readonly after?: string;
  readonly size: number;
  readonly mode?: number;
  /** For a reader: a unified difference, or why there is none. */
  readonly difference?: string;
};
export type KeptAttempt = {
  readonly folder: string;
  readonly changes: ReadonlyMap<string, KeptChange>;
};

const LIST = 'changes.json';
/** One is made at a time; a crash may leave it. */
const DRAFT = 'draft';

/** Safe to call again. @param sourceOf where on the disk the attempt's version of a path is. */
export function keepAttempt(
  place: LoopPlace,
  runId: string,
  changes: readonly KeptChange[],
  sourceOf: (path: string) => string,
): void {
  const folder = attemptFolder(place, runId);
  if (existsSync(folder)) return;
  const draft = join(loopFolder(place), DRAFT);
  onFiles(draft, 'keep', () => {
    rmSync(draft, { recursive: true, force: true });
    makeDirectory(draft, 0o700);
    for (const { path, after } of changes) {
      if (after === undefined) continue;
      const to = fileIn(draft, path);
      makeDirectory(dirname(to));
      copyFileDurably(sourceOf(path), to);
    }
    writeJsonDurably(join(draft, LIST), changes);
    renameSync(draft, folder);
  });
  syncDirectory(dirname(folder));
}

/** `undefined` where its files were removed. */
export function keptAttempt(place: LoopPlace, runId: string): KeptAttempt | undefined {
  const folder = attemptFolder(place, runId);
  const changes = readJson<readonly KeptChange[]>(join(folder, LIST));
  if (changes === undefined) return undefined;
  return { folder, changes: new Map(changes.map((change) => [change.path, change])) };
}

export function removeAttempt(place: LoopPlace, runId: string): void {
  const folder = attemptFolder(place, runId);
  onFiles(folder, 'remove', () => rmSync(folder, { recursive: true, force: true }));
}

/** Brings the files of a copy of the workspace into the state of the attempt. */
export function putAttempt({ folder, changes }: KeptAttempt, copy: string): void {
  for (const { path, after, mode } of changes.values()) {
    const to = join(copy, path);
    if (after === undefined) {
      removeIfThere(to);
      continue;
    }
    makeDirectory(dirname(to));
    copyFileDurably(fileIn(folder, path), to, defined({ mode }));
    if (mode !== undefined) chmodSync(to, mode & 0o777);
  }
}

/** Where the attempt's version of a path is. */
export function keptFile({ folder }: KeptAttempt, path: string): string {
  return fileIn(folder, path);
}

function fileIn(folder: string, path: string): string {
  return join(folder, 'files', path);
}

function attemptFolder(place: LoopPlace, runId: string): string {
  return join(loopFolder(place), runId);
}
