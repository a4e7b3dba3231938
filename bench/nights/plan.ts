/** Who works on what in a night: it follows from the seed. */
import { type Random, randomFrom } from '../../simulator/random.js';
import { NAMES } from './characters.js';
import { KINDS, type Kind } from './work.js';

export type Cast = { readonly slug: string; readonly kind: Kind; readonly character: string };
export type NightPlan = {
  readonly seed: number;
  /** The most worker passes. */
  readonly passes: number;
  readonly managerEvery: number;
  /** In the order of their priority. */
  readonly cast: readonly Cast[];
};

/** The last night of the ten kinds of agent; later ones have all kinds. */
const LAST_OF_TEN = 200;

export function namesFor(seed: number): readonly string[] {
  return seed > LAST_OF_TEN ? NAMES : NAMES.filter((name) => name !== 'flaky');
}

/** Two or three projects of different kinds, with different agents, and six to eight passes. */
export function planOf(
  seed: number,
  options: { readonly managerEvery: number; readonly passes: number | undefined },
): NightPlan {
  const random = randomFrom(seed * 7919);
  const count = 2 + random.below(2);
  const passes = 6 + random.below(3);
  const [kinds, names] = [shuffled(KINDS, random), shuffled(namesFor(seed), random)];
  const cast = kinds.slice(0, count).map((kind, i) => ({
    slug: `${kind}-${i + 1}`,
    kind,
    character: names[i] ?? 'diligent',
  }));
  return { seed, passes: options.passes ?? passes, managerEvery: options.managerEvery, cast };
}

function shuffled<T>(items: readonly T[], random: Random): readonly T[] {
  const left = [...items];
  return items.flatMap(() => left.splice(random.below(left.length), 1));
}
