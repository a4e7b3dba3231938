/** The last fence that was given out, and how many passes in a row ended badly. */
import { join } from 'node:path';
import { stamp } from '../kernel/clock.js';
import { defined } from '../kernel/defined.js';
import { NocturneError } from '../kernel/error.js';
import { readJson, writeJsonDurably } from './state-home.js';

/**
 * Passes that ended badly (lost, or released as failed) since the last one that ended well;
 * `failedAt` is when the last of them did.
 */
export type FailureCount = { readonly failures: number; readonly failedAt?: string };
export type Counter = FailureCount & { readonly fence: number };

const FILE = 'fence';

/** How many passes failed in a row, for the restart breaker. */
export function consecutiveFailures(state: string): FailureCount {
  const { failures, failedAt } = readCounter(state);
  return { failures, ...defined({ failedAt }) };
}

/** What a person reads of it. @param at when the last of them failed, as it is to be shown. */
export function failedInRow(failures: number, at?: string): string {
  if (failures === 1) return `The last pass failed${at === undefined ? '' : ` at ${at}`}`;
  return `${failures} passes in a row failed${at === undefined ? '' : `, the last one at ${at}`}`;
}

export function readCounter(state: string): Counter {
  const path = join(state, FILE);
  const value = readJson<Partial<Counter>>(path);
  if (value === undefined) return { fence: 0, failures: 0 };
  if (!Number.isSafeInteger(value.fence) || !Number.isSafeInteger(value.failures)) {
    throw new NocturneError(
      'UNREADABLE',
      `${path} does not contain the last fence. Expected {"fence": number, "failures": number}.`,
      { file: path, hint: 'restore it from a backup: a fence must never be used twice' },
    );
  }
  return {
    fence: value.fence ?? 0,
    failures: value.failures ?? 0,
    ...defined({ failedAt: value.failedAt }),
  };
}

export function writeCounter(state: string, counter: Counter): void {
  writeJsonDurably(join(state, FILE), counter);
}

export function addFailures(count: FailureCount, lost: number, now: Date): FailureCount {
  return lost === 0 ? count : { failures: count.failures + lost, failedAt: stamp(now) };
}
