/** A loop of attempts whose measurements are made up: normal noise, and gains as the test says. */
import { decide, type LoopSettings } from '../../../../src/modules/plans/loop/decide.js';
import { bestAttempt, type Loop, withRow } from '../../../../src/modules/plans/loop/loop-state.js';
import type { LoopRow, Phase } from '../../../../src/modules/plans/loop/rows.js';

/** Uniform in (0, 1) from a seed (mulberry32). */
function uniform(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296 + 1 / 8589934592;
  };
}

/** Standard normal (Box and Muller). */
export function normal(seed: number): () => number {
  const next = uniform(seed);
  return () => Math.sqrt(-2 * Math.log(next())) * Math.cos(2 * Math.PI * next());
}

export const TIME = '2026-11-29T12:00:00Z';

/** @param measure a value of the state: 0 is the workspace, and each attempt has its number. */
export function simulate(
  settings: LoopSettings,
  measure: (state: number, phase: Phase) => number,
  more: readonly LoopRow[] = [],
): { readonly loop: Loop; readonly rows: readonly LoopRow[] } {
  const rows: LoopRow[] = [];
  let loop: Loop | undefined;
  const append = (row: LoopRow): void => {
    rows.push(row);
    loop = withRow(loop, row);
  };
  for (const row of [BEGUN, ...more]) append(row);
  for (;;) {
    if (loop === undefined) throw new Error('no loop');
    const next = decide(loop, settings);
    switch (next.kind) {
      case 'stopped':
        return { loop, rows };
      case 'measure': {
        const { phase, side } = next;
        const state = side === 'best' ? (bestAttempt(loop)?.attempt ?? 0) : loop.attempts.length;
        append({ kind: 'measured', time: TIME, phase, side, value: measure(state, phase) });
        break;
      }
      case 'keep':
      case 'discard': {
        const { attempt, why } = next;
        const kind = next.kind === 'keep' ? 'kept' : 'discarded';
        append({ kind, time: TIME, attempt, why });
        break;
      }
      case 'stop':
        append({ kind: 'stopped', time: TIME, reason: next.reason, why: next.why });
        break;
      case 'attempt':
        append(attempted(next.attempt));
    }
  }
}

export const BEGUN: LoopRow = { kind: 'begun', time: TIME, metric: 'm', files: 'f' };

export function attempted(attempt: number): Extract<LoopRow, { kind: 'attempted' }> {
  const runId = `W-${attempt}`;
  return { kind: 'attempted', time: TIME, attempt, runId, tried: '', bytes: 0, minutes: 1 };
}
