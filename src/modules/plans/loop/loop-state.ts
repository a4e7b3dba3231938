/** What the rows of a record say: the attempts of the last loop, and what was measured. */
import type { LoopRow, Phase, Side, StopReason } from './rows.js';

export type Samples = { readonly best: readonly number[]; readonly attempt: readonly number[] };
type Attempted = Extract<LoopRow, { readonly kind: 'attempted' }>;

/** `open`: not decided yet. `void`: it does not count. */
export type Verdict = 'open' | 'kept' | 'discarded' | 'void';

export type Attempt = Omit<Attempted, 'kind' | 'void'> & {
  readonly verdict: Verdict;
  readonly why: string;
  readonly look: Samples;
  readonly test: Samples;
};

export type Loop = {
  readonly metric: string;
  readonly files: string;
  /** Measured before the first attempt. */
  readonly start: readonly number[];
  readonly attempts: readonly Attempt[];
  readonly stopped?: { readonly reason: StopReason; readonly why: string; readonly time: string };
  /** The run that had the best attempt judged. */
  readonly adopted?: string;
};

const NONE: Samples = { best: [], attempt: [] };

/** `undefined` before the first loop. */
export function readLoop(rows: readonly LoopRow[]): Loop | undefined {
  let loop: Loop | undefined;
  for (const row of rows) loop = withRow(loop, row);
  return loop;
}

export function withRow(loop: Loop | undefined, row: LoopRow): Loop | undefined {
  if (row.kind === 'begun')
    return { metric: row.metric, files: row.files, start: [], attempts: [] };
  if (loop === undefined) return undefined;
  switch (row.kind) {
    case 'attempted':
      return { ...loop, attempts: [...loop.attempts, attemptOf(row)] };
    case 'measured':
      return measured(loop, row.phase, row.side, row.value);
    case 'kept':
    case 'discarded':
      return changed(loop, row.attempt, { verdict: row.kind, why: row.why });
    case 'voided':
      return changed(loop, row.attempt, { verdict: 'void', why: row.why });
    case 'stopped': {
      const { reason, why, time } = row;
      return { ...loop, stopped: { reason, why, time } };
    }
    case 'adopted':
      return { ...loop, adopted: row.runId };
  }
}

function attemptOf({ kind: _, void: why, ...row }: Attempted): Attempt {
  const verdict = why === undefined ? 'open' : 'void';
  return { ...row, verdict, why: why ?? '', look: NONE, test: NONE };
}

function measured(loop: Loop, phase: Phase, side: Side, value: number): Loop {
  if (phase === 'start') return { ...loop, start: [...loop.start, value] };
  const open = openAttempt(loop);
  if (open === undefined) return loop;
  const samples = open[phase];
  const more = { ...samples, [side]: [...samples[side], value] };
  return changed(loop, open.attempt, { [phase]: more });
}

function changed(loop: Loop, attempt: number, change: Partial<Attempt>): Loop {
  const attempts = loop.attempts.map((each) =>
    each.attempt === attempt ? { ...each, ...change } : each,
  );
  return { ...loop, attempts };
}

export function openAttempt({ attempts }: Loop): Attempt | undefined {
  const last = attempts.at(-1);
  return last?.verdict === 'open' ? last : undefined;
}

/** The attempt that the next one starts from; `undefined`: the workspace. */
export function bestAttempt({ attempts }: Loop): Attempt | undefined {
  return attempts.findLast(({ verdict }) => verdict === 'kept');
}

/** It has ended, and nothing is left to bring home. */
export function isOver(loop: Loop): boolean {
  const { stopped, adopted } = loop;
  return stopped !== undefined && (adopted !== undefined || bestAttempt(loop) === undefined);
}
