/** The shortest form of a line that still differs, or nearly. */
import type { Checker } from './checker.js';

const MOST_ROUNDS = 25;

/** Leaves out words first, then characters, from halves to single ones. */
export async function shrink(checker: Checker, line: string): Promise<string> {
  const words = line.split(/(?<=\s|[|&;])/);
  const fewer = await without(checker, words);
  return (await without(checker, [...fewer.join('')])).join('');
}

async function without({ check }: Checker, parts: readonly string[]): Promise<readonly string[]> {
  let left = parts;
  let size = Math.ceil(parts.length / 2);
  for (let round = 0; size > 0 && round < MOST_ROUNDS; round++) {
    const tries = Array.from({ length: Math.ceil(left.length / size) }, (_, i) => [
      ...left.slice(0, i * size),
      ...left.slice((i + 1) * size),
    ]).filter((some) => some.length > 0);
    const outcomes = await check(tries.map((some) => some.join('')));
    const found = tries.find((_, i) => outcomes[i]?.kind === 'different');
    if (found !== undefined) left = found;
    else size = size === 1 ? 0 : Math.ceil(size / 2);
  }
  return left;
}
