/** What was seen of the runs of a job that JOBS.md does not have yet, in the state directory. */
import { join } from 'node:path';
import { NocturneError } from '../../../kernel/error.js';
import { makeDirectory, removeIfThere } from '../../../workspace/durable.js';
import { readJson, writeJsonDurably } from '../../../workspace/state-home.js';
import type { FoundJob } from '../../../hosts/found-job.js';

/** `rewritten`: the same bytes were written again. */
export type WrittenFile = {
  readonly path: string;
  readonly how: 'new' | 'changed' | 'rewritten';
  readonly bytes: number;
  /** Of text alone. */
  readonly text?: TextFacts;
};
export type TextFacts = {
  /** That are not blank. */
  readonly lines: number;
  readonly firstLine: string;
  /** Of markdown. */
  readonly headings: readonly string[];
  /** Of JSON: the names of an object, or how many items a list has. */
  readonly json?: { readonly keys: readonly string[] } | { readonly items: number };
  /** It has a line as programs print when they fail. */
  readonly complains: boolean;
};
export type WatchedRun = {
  readonly started: string;
  readonly ms: number;
  readonly exit: number;
  readonly files: readonly WrittenFile[];
  /** More files than are listed. */
  readonly unlisted: number;
  readonly complains: boolean;
};
export type WatchedJob = {
  readonly name: string;
  readonly base: string;
  /** `undefined`: the owner put `job run NAME --watch` in front of it without `job new`. */
  readonly found?: FoundJob;
  /** Oldest first. */
  readonly runs: readonly WatchedRun[];
};

/** So many runs are compared, the last ones. */
export const RUNS = 3;

export function readWatched(state: string, name: string): WatchedJob | undefined {
  return readJson<WatchedJob>(pathOf(state, name));
}

export function keepWatched(state: string, job: WatchedJob): void {
  makeDirectory(join(state, FOLDER), 0o700);
  writeJsonDurably(pathOf(state, job.name), { ...job, runs: job.runs.slice(-RUNS) });
}

export function forgetWatched(state: string, name: string): void {
  removeIfThere(pathOf(state, name));
}

const FOLDER = 'watched-jobs';
const JOB_NAME = /^[a-z0-9][a-z0-9-]*$/;

/** @throws NocturneError `USAGE` for what could be another path. */
function pathOf(state: string, name: string): string {
  if (!JOB_NAME.test(name))
    throw new NocturneError('USAGE', `"${name}" cannot be the name of a job`, {
      hint: 'use lower-case letters, digits and dashes, as in nightly-backup',
    });
  return join(state, FOLDER, `${name}.json`);
}
