/** Whether a pass came nearer to the stop condition of its phase. */
import { conditionsHold, isMet } from './conditions/evaluate.js';
import { plural } from '../kernel/words.js';
import { meanDistance } from './conditions/distance.js';
import type { AssertionResult } from './types.js';

export type Approach = {
  readonly kind: 'nearer' | 'level';
  readonly holds: boolean;
  /** With numbers. */
  readonly why: string;
};

/** Less than this in one pass is a rounding error. */
const SMALLEST_STEP = 1e-9;
/** Where only the existence of an output counts, one with fewer words proves nothing. */
export const FEWEST_WORDS = 20;

/**
 * In a phase whose tests only say yes or no (or that has none), an output that is new counts as a
 * step.
 * @param work.words in the new content of the pass.
 */
export function approachOf(
  state: {
    readonly before: readonly AssertionResult[];
    readonly after: readonly AssertionResult[];
  },
  work: { readonly novel: number; readonly words: number },
): Approach {
  const { before, after } = state;
  const holds = conditionsHold(after);
  const [from, to] = [meanDistance(before), meanDistance(after)];
  if (after.length > 0 && from - to > SMALLEST_STEP)
    return {
      kind: 'nearer',
      holds,
      why: `${progressText(after)}, ${percent(from - to)} nearer than before`,
    };
  const counts = after.some(({ progress }) => (progress?.needed ?? 0) > 1);
  if (counts || work.novel <= 0)
    return {
      kind: 'level',
      holds,
      why: `it came no nearer to the stop condition: ${progressText(after)}`,
    };
  if (work.words < FEWEST_WORDS)
    return {
      kind: 'level',
      holds,
      why: `its new content is ${plural(work.words, 'word')}, and fewer than ${FEWEST_WORDS} prove nothing`,
    };
  return { kind: 'nearer', holds, why: 'a new output counts, because the phase counts nothing' };
}

/** The share of the stop condition that is fulfilled, from 0 to 1. */
export function fulfilled(results: readonly AssertionResult[]): number {
  return results.length === 0 ? 0 : 1 - meanDistance(results);
}

/**
 * `220 of 300`: the one test that counts more than one thing, if there is one; otherwise how many
 * tests are met.
 */
export function progressText(results: readonly AssertionResult[]): string {
  if (results.length === 0) return 'no stop condition';
  const counted = results.filter(({ progress }) => (progress?.needed ?? 0) > 1);
  const [only] = counted;
  if (only?.progress !== undefined && counted.length === 1) return countText(only);
  const met = results.filter(isMet).length;
  const percent = Math.floor(fulfilled(results) * 100);
  return `${met} of ${plural(results.length, 'test')}${counted.length > 1 ? ` (${percent} %)` : ''}`;
}

function countText({ holds, progress }: AssertionResult): string {
  const { found, needed } = progress ?? { found: 0, needed: 0 };
  return holds && found > needed ? `${found}, ${needed} needed` : `${found} of ${needed}`;
}

function percent(share: number): string {
  return `${Math.max(1, Math.round(share * 100))} %`;
}
