/** How similar two texts are: by shingles of their words (Broder's resemblance). */

/** The smallest hashes of a text's shingles, in order; up to `SKETCH_SIZE`, comparing is exact. */
export type Sketch = { readonly hashes: Uint32Array; readonly shingles: number };

export const SKETCH_SIZE = 2048;
/** Words in one shingle. */
export const WIDTH = 4;

/**
 * Without dates, case, punctuation and layout: a report with only a new date is the same report.
 */
export function wordsIn(text: string): readonly string[] {
  return withoutDates(text.toLowerCase()).match(/[\p{L}\p{N}]+/gu) ?? [];
}

/** Also as they are in names of files: `2026-11-21T2211`, `20261121-221105`. */
export function withoutDates(text: string): string {
  return text.replace(
    /(?:\d{4}-\d{2}-\d{2}|\d{8}(?=[t_-]\d{4}))(?:(?:[t ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?|[t_-]\d{4}(?:\d{2})?(?!\d))(?:z|[+-]\d{2}:?\d{2})?)?/gi,
    ' ',
  );
}

export function shinglesOf(words: readonly string[]): readonly number[] {
  const width = Math.min(WIDTH, words.length);
  const found: number[] = [];
  for (let i = 0; width > 0 && i + width <= words.length; i++) found.push(hash(words, i, width));
  return found;
}

export function sketchOf(text: string): Sketch {
  const hashes = Uint32Array.from(shinglesOf(wordsIn(text))).sort();
  let shingles = 0;
  for (const hash of hashes)
    if (shingles === 0 || hash !== hashes[shingles - 1]) hashes[shingles++] = hash;
  return { hashes: hashes.slice(0, Math.min(shingles, SKETCH_SIZE)), shingles };
}

/**
 * From 0 to 1. Two texts without words are the same.
 * @param least ends the comparison with 0 as soon as the result must be smaller.
 */
export function similarity(a: Sketch, b: Sketch, least = 0): number {
  if (a.shingles === 0 || b.shingles === 0) return a.shingles === b.shingles ? 1 : 0;
  const exact = a.shingles <= SKETCH_SIZE && b.shingles <= SKETCH_SIZE;
  const limit = exact ? a.hashes.length + b.hashes.length : SKETCH_SIZE;
  const mostApart = (1 - least) * limit + ROUNDING;
  let [i, j, union, shared] = [0, 0, 0, 0];
  while ((i < a.hashes.length || j < b.hashes.length) && union < limit) {
    const left = a.hashes[i] ?? Number.POSITIVE_INFINITY;
    const right = b.hashes[j] ?? Number.POSITIVE_INFINITY;
    if (left === right) shared++;
    if (left <= right) i++;
    if (right <= left) j++;
    union++;
    if (union - shared > mostApart) return 0;
  }
  return shared / union;
}

const ROUNDING = 1e-6;

/** FNV-1a over the words, 32 bits. */
function hash(words: readonly string[], from: number, width: number): number {
  let value = 0x811c9dc5;
  for (let i = from; i < from + width; i++) {
    const word = words[i] ?? '';
    for (let j = 0; j < word.length; j++) value = Math.imul(value ^ word.charCodeAt(j), 0x01000193);
    value = Math.imul(value ^ 0x1f, 0x01000193);
  }
  return value >>> 0;
}
