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
  /** Of these, tokens of prompts, which each call of a model reads again. */
  readonly promptTokens: number;
  readonly tokensPerAccepted: number;
  readonly tokensPerUnit: number;
  readonly strongWithout: number;
  /** Of these, where the tests of the project see only the form: praise under headings meets them. */
  readonly strongByForm: number;
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
    promptTokens: sum(passes.map((pass) => pass.promptTokens)),
    tokensPerAccepted: Math.round(tokens / accepted.length),
    tokensPerUnit: Math.round(tokens / units),
    strongWithout: passes.filter((pass) => pass.grade === 'STRONG' && !isAccepted(pass)).length,
    strongByForm: passes.filter((pass) => pass.grade === 'STRONG' && pass.mayPass).length,
    failWith: passes.filter((pass) => pass.grade === 'FAIL' && isAccepted(pass)).length,
  };
}

const GRADES = ['STRONG', 'ADEQUATE', 'WEAK', 'FAIL'];

/** How each kind of agent was graded, and how often its work really came nearer. */
export function agentTable(nights: readonly PlayedNight[]): string {
  const passesOf = new Map<string, Played[]>();
  for (const { plan, passes } of nights)
    for (const pass of passes) {
      const name = plan.cast.find(({ slug }) => slug === pass.project)?.character ?? 'idle work';
      passesOf.set(name, [...(passesOf.get(name) ?? []), pass]);
    }
  const rows = [...passesOf].sort().map(([name, passes]) => {
    const counts = GRADES.map((grade) => passes.filter((pass) => pass.grade === grade).length);
    const gained = passes.filter(({ before, after }) => after > before).length;
    return [name, passes.length, gained, ...counts, sum(passes.map(({ tokens }) => tokens))];
  });
  const head = ['Agent', 'Passes', 'With progress', ...GRADES, 'Tokens'];
  return [head, head.map(() => '---'), ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, value) => total + value, 0);
}
