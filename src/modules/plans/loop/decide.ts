/**
 * What comes next in a loop of attempts, from what was measured so far. Pure, so that a loop goes
 * on from its record after any crash.
 *
 * An attempt that looks better (the mean of three against three) is measured ten times more,
 * interleaved with the best state so far, and kept if Welch's t is above 3. The error then holds
 * for a whole loop of ten attempts: in 3000 simulated loops, noise is kept in 2.5 %, and a gain of
 * two standard deviations in 96 %. Seven measurements instead of ten keep noise in 4 %, five in
 * 5.3 %.
 * A single measurement more than two standard deviations above the mean of 30, 10 or 5 of the best
 * state would keep noise in 26, 32 or 39 % of the loops. `decide.test.ts` has such numbers.
 */
import { mean } from 'simple-statistics';
import type { Metric, StepDefinition } from '../types.js';
import { numberText } from './number-text.js';
import { type Attempt, bestAttempt, type Loop, openAttempt, type Samples } from './loop-state.js';
import type { Phase, Side, StopReason } from './rows.js';
import { welch } from './welch.js';

/** Measurements of each side before an attempt looks better or not. */
export const LOOKS = 3;
export const REPEATS = 10;
const THRESHOLD = 3;
/** For more, the error of a whole loop would grow. */
export const MOST_ATTEMPTS = 10;

type Budget = StepDefinition['budget'];
export type LoopSettings = {
  readonly metric: Pick<Metric, 'direction' | 'attempts' | 'plateau' | 'repeats' | 'heldOut'>;
  /** For all attempts of the loop together. */
  readonly budget: Budget;
};

export type Next =
  | { readonly kind: 'measure'; readonly phase: Phase; readonly side: Side }
  | {
      readonly kind: 'keep' | 'discard';
      readonly attempt: number;
      readonly why: string;
    }
  /** `budget`: its share of what is left. */
  | { readonly kind: 'attempt'; readonly attempt: number; readonly budget: Budget }
  | { readonly kind: 'stop'; readonly reason: StopReason; readonly why: string }
  | { readonly kind: 'stopped' };

export function decide(loop: Loop, settings: LoopSettings): Next {
  if (loop.stopped !== undefined) return { kind: 'stopped' };
  if (loop.start.length < LOOKS) return { kind: 'measure', phase: 'start', side: 'best' };
  const open = openAttempt(loop);
  return open === undefined ? nextAttempt(loop, settings) : judge(open, settings);
}

function judge(attempt: Attempt, { metric }: LoopSettings): Next {
  const { look, test, attempt: number } = attempt;
  const repeats = metric.repeats ?? REPEATS;
  if (isShort(look, LOOKS)) return { kind: 'measure', phase: 'look', side: nextSide(look) };
  if (gain(look, metric) <= 0) {
    const why = `It does not look better: ${comparison(look)}.`;
    return { kind: 'discard', attempt: number, why };
  }
  if (isShort(test, repeats)) return { kind: 'measure', phase: 'test', side: nextSide(test) };
  const samples = comparedSamples(attempt, metric);
  const t = signed(metric) * welch(samples.best, samples.attempt);
  const why = `${comparison(samples)} in ${samples.best.length} measurements of each (t = ${numberText(t)}; above ${THRESHOLD} is kept).`;
  return t > THRESHOLD
    ? { kind: 'keep', attempt: number, why: `It is better: ${why}` }
    : { kind: 'discard', attempt: number, why: `It is not better beyond the noise: ${why}` };
}

/** What decides, once an attempt is tested. The look at a held-out metric is of another one. */
export function comparedSamples(
  { look, test }: Attempt,
  { heldOut }: Pick<Metric, 'heldOut'>,
): Samples {
  if (heldOut !== undefined) return test;
  return {
    best: [...look.best, ...test.best],
    attempt: [...look.attempt, ...test.attempt],
  };
}

function isShort({ best, attempt }: Samples, length: number): boolean {
  return best.length < length || attempt.length < length;
}

/** Best, attempt, attempt, best, and so on: what drifts steadily hits both alike. */
function nextSide({ best, attempt }: Samples): Side {
  const [first, second]: readonly [Side, Side] =
    Math.min(best.length, attempt.length) % 2 === 0 ? ['best', 'attempt'] : ['attempt', 'best'];
  return best.length === attempt.length ? first : second;
}

/** How much better the attempt is, in the unit of the metric. */
export function gain(samples: Samples, metric: Pick<Metric, 'direction'>): number {
  return signed(metric) * (mean([...samples.attempt]) - mean([...samples.best]));
}

function signed({ direction }: Pick<Metric, 'direction'>): 1 | -1 {
  return direction === 'higher' ? 1 : -1;
}

function comparison({ best, attempt }: Samples): string {
  return `${numberText(mean([...attempt]))} against ${numberText(mean([...best]))}`;
}

function nextAttempt(loop: Loop, { metric, budget }: LoopSettings): Next {
  const { attempts } = loop;
  const most = Math.min(metric.attempts, MOST_ATTEMPTS);
  const left = most - attempts.length;
  if (left <= 0) return stop(loop, 'attempts', `All ${most} attempts were made.`);
  const best = bestAttempt(loop)?.attempt ?? 0;
  const without = attempts.length - best;
  if (metric.plateau !== undefined && without >= metric.plateau)
    return stop(loop, 'plateau', `${without} attempts in a row were not better.`);
  const rest = shareOf(budget, attempts, left);
  if (rest === undefined) return stop(loop, 'budget', 'The budget of the step is used up.');
  return { kind: 'attempt', attempt: attempts.length + 1, budget: rest };
}

function stop(loop: Loop, reason: StopReason, why: string): Next {
  const best = bestAttempt(loop);
  const result =
    best === undefined ? 'None was kept.' : `Attempt ${best.attempt} is the best one kept.`;
  return { kind: 'stop', reason, why: `${why} ${result}` };
}

/** `undefined` where one of its limits is used up. */
function shareOf(budget: Budget, attempts: readonly Attempt[], left: number): Budget | undefined {
  const share: { minutes?: number; tokens?: number; cost?: number } = {};
  for (const unit of ['minutes', 'tokens', 'cost'] as const) {
    const limit = budget[unit];
    if (limit === undefined) continue;
    const rest = limit - attempts.reduce((sum, attempt) => sum + (attempt[unit] ?? 0), 0);
    if (rest <= 0) return undefined;
    share[unit] = unit === 'tokens' ? Math.ceil(rest / left) : rest / left;
  }
  return share;
}
