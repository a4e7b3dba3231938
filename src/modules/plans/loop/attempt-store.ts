/**
 * The files of attempts, in the state directory: what each changed in the workspace. They are there
 * as a whole or not at all.
 */
import {
  chmodSync,
  constants,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  renameSync,
  rmSync,
} from '../../../kernel/files.js';
import { dirname, join } from 'node:path';
import { copyFileDurably, makeDirectory, syncDirectory } from '../../../workspace/durable.js';
import { dropRunRef, openOrigin } from '../../../passes/repository/origin.js';
import type { Repository } from '../../../passes/repository/repository-record.js';
import { onFiles } from '../../../workspace/storage-error.js';
import { readJson, writeJsonDurably } from '../../../workspace/state-home.js';
import { type LoopPlace, loopFolder } from './loop-record.js';

/** A file of the workspace. `before`, `after`: SHA-256; without one, it is not there. */
export type KeptChange = {
  readonly path: string;
  readonly before?: string;
  readonly after?: string;
  readonly size: number;
  /** In the repository of the project, which is not in the workspace. */
  readonly isElsewhere?: true;
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
      const source = sourceOf(path);
      copyFileDurably(source, to, { mode: lstatSync(source).mode });
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

/** @param repository of the project, which has the attempt as a ref. */
export function removeAttempt(
  place: LoopPlace,
  runId: string,
  repository: Repository | undefined,
): void {
  const folder = attemptFolder(place, runId);
  onFiles(folder, 'remove', () => rmSync(folder, { recursive: true, force: true }));
  if (repository !== undefined) dropRunRef(openOrigin(repository), runId);
}

/** Brings the files of a copy of the workspace into the state of the attempt. */
export function putAttempt({ folder, changes }: KeptAttempt, copy: string): void {
  onFiles(copy, 'copy to', () => {
    for (const { path, after } of changes.values()) {
      const [from, to] = [fileIn(folder, path), join(copy, path)];
      if (after === undefined) {
        rmSync(to, { force: true });
        continue;
      }
      mkdirSync(dirname(to), { recursive: true });
      copyFileSync(from, to, constants.COPYFILE_FICLONE);
      chmodSync(to, lstatSync(from).mode & 0o777);
    }
  });
}

function fileIn(folder: string, path: string): string {
  return join(folder, 'files', path);
}

function attemptFolder(place: LoopPlace, runId: string): string {
  return join(loopFolder(place), runId);
}
