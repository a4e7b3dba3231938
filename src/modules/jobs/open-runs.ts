/**
 * Runs that have begun and are not over, in the state directory: what was seen before each, which
 * process waits for it, and a verdict that could not be recorded yet.
 */
import { join } from 'node:path';
import type { AssertionResult } from '../../governance/types.js';
import { removeIfThere } from '../../workspace/durable.js';
import { makeDirectory } from '../../workspace/durable.js';
import { lifeOf, type ProcessIdentity } from '../../workspace/process-identity.js';
import { listIfThere } from '../../workspace/read-if-there.js';
import { readJson, writeJsonDurably } from '../../workspace/state-home.js';
import type { Look } from './look-at-files.js';
import type { JobEvent } from './job-log.js';

export type OpenRun = {
  readonly run: string;
  readonly job: string;
  /** ISO 8601. */
  readonly began: string;
  /** SHA-256 of JOBS.md. */
  readonly page: string;
  readonly process: ProcessIdentity;
  readonly distrust?: string;
  readonly overlaps?: string;
  readonly requires: readonly AssertionResult[];
  readonly look: Look;
  /** Judged, but the log could not be written. */
  readonly judged?: JobEvent;
};

export function keepOpenRun(state: string, open: OpenRun): void {
  makeDirectory(directoryOf(state), 0o700);
  writeJsonDurably(pathOf(state, open.run), open);
}

export function openRun(state: string, run: string): OpenRun | undefined {
  return readJson<OpenRun>(pathOf(state, run));
}

export function openRuns(state: string): readonly OpenRun[] {
  return listIfThere(directoryOf(state))
    .filter((name) => name.endsWith('.json'))
    .sort()
    .flatMap((name) => readJson<OpenRun>(join(directoryOf(state), name)) ?? []);
}

export function forgetOpenRun(state: string, run: string): void {
  removeIfThere(pathOf(state, run));
}

export function isLost(open: OpenRun): boolean {
  return open.judged !== undefined || lifeOf(open.process) === 'dead';
}

function directoryOf(state: string): string {
  return join(state, 'jobs');
}

function pathOf(state: string, run: string): string {
  return join(directoryOf(state), `${run}.json`);
}
