/** The shortest form of a line that still differs. */
import type { Checker } from './checker.js';

/** Leaves parts out, from halves to single characters, as long as what is left differs. */
export async function shrink({ check }: Checker, line: string): Promise<string> {
  let shortest = line;
  let size = Math.ceil(line.length / 2);
  while (size > 0) {
    const shorter = Array.from({ length: Math.ceil(shortest.length / size) }, (_, i) =>
      [...shortest.slice(0, i * size), ...shortest.slice((i + 1) * size)].join(''),
    ).filter((text) => text !== '');
    const outcomes = await check(shorter);
    const found = shorter.find((_, i) => outcomes[i]?.kind === 'different');
    if (found !== undefined) shortest = found;
    else size = size === 1 ? 0 : Math.ceil(size / 2);
    if (size > shortest.length) size = Math.ceil(shortest.length / 2);
  }
  return shortest;
}
