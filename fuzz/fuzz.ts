/** Makes lines and checks them, until enough of them ran or the time is over. */
import fc from 'fast-check';
import type { Checker } from './checker.js';
import { anyLine } from './lines.js';
import { shrink } from './shrink.js';

export type Fuzzing = {
  readonly seed: number;
  /** How many lines have to be allowed and executed. */
  readonly executed: number;
  /** On the clock of `performance.now()`. */
  readonly until: number;
  readonly say: (text: string) => void;
};
export type Fuzzed = { made: number; executed: number; different: number };

const AT_ONCE = 192;
/** How often a long run reports. */
const STEP = 1000;
/** With more, one fault fills the screen. */
const MOST_SHOWN = 20;

/** Each checker takes the next batch; the lines of a batch depend on the seed and its number. */
export async function fuzz(checkers: readonly Checker[], fuzzing: Fuzzing): Promise<Fuzzed> {
  const { seed, say } = fuzzing;
  const result: Fuzzed = { made: 0, executed: 0, different: 0 };
  const shown = new Set<string>();
  let batch = 0;
  const work = async (checker: Checker): Promise<void> => {
    while (result.executed < fuzzing.executed && performance.now() < fuzzing.until) {
      const number = batch++;
      const lines = fc.sample(anyLine, { seed: seed * 100_003 + number, numRuns: AT_ONCE });
      const outcomes = await checker.check(lines);
      result.made += lines.length;
      const before = result.executed;
      result.executed += outcomes.filter(({ kind }) => kind !== 'refused').length;
      if (Math.floor(before / STEP) < Math.floor(result.executed / STEP))
        say(`${result.executed} lines executed, ${result.different} different`);
      for (const [i, outcome] of outcomes.entries()) {
        if (outcome.kind !== 'different') continue;
        result.different++;
        if (shown.size >= MOST_SHOWN) continue;
        const shortest = await shrink(checker, lines[i] ?? '');
        if (shown.has(shortest)) continue;
        shown.add(shortest);
        const [again] = await checker.check([shortest]);
        const found = again?.kind === 'different' ? again.found : outcome.found;
        say(
          `${JSON.stringify(shortest)}\n  from ${JSON.stringify(lines[i])}, seed ${seed}, batch ${number}\n  ${found.join('\n  ')}`,
        );
      }
    }
  };
  await Promise.all(checkers.map(work));
  return result;
}
