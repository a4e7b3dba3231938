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

/** Until this seed the flaky agent plays in no night, so that they can be compared with earlier figures. */
export const TEN_KINDS_UNTIL = 200;

/** Two or three projects of different kinds, with different agents, and six to eight passes. */
export function planOf(
  seed: number,
  options: { readonly managerEvery: number; readonly passes: number | undefined },
): NightPlan {
  const random = randomFrom(seed * 7919);
  const count = 2 + random.below(2);
  const passes = 6 + random.below(3);
  const known = seed > TEN_KINDS_UNTIL ? NAMES : NAMES.filter((name) => name !== 'flaky');
  const [kinds, names] = [shuffled(KINDS, random), shuffled(known, random)];
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
