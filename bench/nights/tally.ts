/** What the nights came to, in numbers that can be compared between two versions. */
import type { Played, PlayedNight } from './play.js';

export type Tally = {
  readonly nights: number;
  readonly passes: number;
  readonly idle: number;
  readonly withoutProgress: number;
  /** Passes whose result is nearer to what is needed, and stays. */
  readonly accepted: number;
  readonly units: number;
  readonly tokens: number;
  readonly tokensPerAccepted: number;
  readonly tokensPerUnit: number;
  readonly strongWithout: number;
  readonly failWith: number;
};

export function tally(nights: readonly PlayedNight[]): Tally {
  const passes = nights.flatMap((night) => night.passes);
  const isAccepted = ({ before, after }: Played): boolean => after > before;
  const accepted = passes.filter(isAccepted);
  const units = sum(nights.flatMap(({ done }) => Object.values(done)));
  const tokens = sum(passes.map((pass) => pass.tokens));
  return {
    nights: nights.length,
    passes: passes.length,
    idle: passes.filter(({ project }) => project === undefined).length,
    withoutProgress: passes.length - accepted.length,
    accepted: accepted.length,
    units,
    tokens,
    tokensPerAccepted: Math.round(tokens / accepted.length),
    tokensPerUnit: Math.round(tokens / units),
    strongWithout: passes.filter((pass) => pass.grade === 'STRONG' && !isAccepted(pass)).length,
    failWith: passes.filter((pass) => pass.grade === 'FAIL' && isAccepted(pass)).length,
  };
}

/** How each kind of agent was graded: `STRONG 3, FAIL 2; 3 of 5 with progress`. */
export function byCharacter(nights: readonly PlayedNight[]): readonly string[] {
  const rows = new Map<string, Played[]>();
  for (const { plan, passes } of nights)
    for (const pass of passes) {
      const name = plan.cast.find(({ slug }) => slug === pass.project)?.character ?? 'idle work';
      rows.set(name, [...(rows.get(name) ?? []), pass]);
    }
  return [...rows].sort().map(([name, passes]) => {
    const counts = ['STRONG', 'ADEQUATE', 'WEAK', 'FAIL'].map(
      (grade) => `${passes.filter((pass) => pass.grade === grade).length} ${grade}`,
    );
    const gained = passes.filter(({ before, after }) => after > before).length;
    const tokens = sum(passes.map((pass) => pass.tokens));
    return `| ${name} | ${passes.length} | ${gained} | ${counts.join(' | ')} | ${tokens} |`;
  });
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, value) => total + value, 0);
}
