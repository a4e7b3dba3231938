/** Whether a pass came nearer to the stop condition of its phase, or moved away from it. */
import { conditionsHold, isMet } from './conditions/evaluate.js';
import { plural } from '../kernel/words.js';
import { meanDistance } from './conditions/distance.js';
import type { AssertionResult } from './types.js';

export type Approach = {
  readonly kind: 'nearer' | 'level' | 'farther';
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
  const steps = stepsOf(before, after);
  const gain = gainOf(steps);
  if (gain > SMALLEST_STEP)
    return {
      kind: 'nearer',
      holds,
      why: `${progressText(after)}, ${percent(gain)} nearer than before`,
    };
  if (lossOf(steps) > SMALLEST_STEP)
    return {
      kind: 'farther',
      holds,
      why: `it moved away from the stop condition: ${progressText(after)}, and before it ${progressText(before)}`,
    };
  const counts = steps.some(isCounted);
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

/** A test, before the pass and after it. */
type Step = { readonly from: AssertionResult | undefined; readonly to: AssertionResult };

function stepsOf(
  before: readonly AssertionResult[],
  after: readonly AssertionResult[],
): readonly Step[] {
  return after.map((to) => ({
    from: before.find(({ assertion }) => assertion === to.assertion),
    to,
  }));
}

function isCounted({ from, to }: Step): boolean {
  return counts(to) || (from !== undefined && counts(from));
}

/** Where tests count, a file that only exists is not a step until the counts are full. */
function gainOf(steps: readonly Step[]): number {
  const counted = steps.filter(isCounted);
  const isFull = counted.every(({ to }) => isMet(to));
  const gain = gained(counted.length === 0 || isFull ? steps : counted);
  return isFull ? Math.max(gain, gained(counted)) : gain;
}

/** A test that could not be evaluated says nothing about what was lost. */
function lossOf(steps: readonly Step[]): number {
  const comparable = steps.filter(
    ({ from, to }) => from !== undefined && from.error === undefined && to.error === undefined,
  );
  return -gained(comparable);
}

function gained(steps: readonly Step[]): number {
  if (steps.length === 0) return 0;
  const [from, to] = [
    meanDistance(steps.map((step) => ({ distance: step.from?.distance ?? 1 }))),
    meanDistance(steps.map((step) => step.to)),
  ];
  return from - to;
}

function counts({ progress }: AssertionResult): boolean {
  return (progress?.needed ?? 0) > 1;
}

/** The one test that counts, as long as its count decides how far the phase is. */
function decidingCount(results: readonly AssertionResult[]): AssertionResult | undefined {
  const [only, ...more] = results.filter(counts);
  if (only === undefined || more.length > 0) return undefined;
  const isShort = (only.progress?.found ?? 0) < (only.progress?.needed ?? 0);
  return isMet(only) && (isShort || !conditionsHold(results)) ? undefined : only;
}

/** From 0, where everything is met, to 1: the number that goes with {@link progressText}. */
export function distanceTo(results: readonly AssertionResult[]): number {
  return decidingCount(results)?.distance ?? meanDistance(results);
}

/**
 * `220 of 300`: the one test that counts more than one thing, if there is one; otherwise how many
 * tests are met.
 */
export function progressText(results: readonly AssertionResult[]): string {
  if (results.length === 0) return 'no stop condition';
  const only = decidingCount(results);
  if (only !== undefined) return countText(only);
  const met = results.filter(isMet).length;
  const share = Math.floor((1 - meanDistance(results)) * 100);
  const hasMore = results.filter(counts).length > 1;
  return `${met} of ${plural(results.length, 'test')}${hasMore ? ` (${share} %)` : ''}`;
}

/** A full count whose test is not met is one that a check program printed, or more than allowed. */
function countText({ holds, progress }: AssertionResult): string {
  const { found, needed } = progress ?? { found: 0, needed: 0 };
  if (holds && found > needed) return `${found}, ${needed} needed`;
  return `${found} of ${needed}${!holds && found >= needed ? ', not met' : ''}`;
}

function percent(share: number): string {
  return `${Math.max(1, Math.round(share * 100))} %`;
}
