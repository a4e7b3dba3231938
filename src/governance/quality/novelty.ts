/** How much of an output is new: near-duplicates by shingles of words (Broder's resemblance). */

/** The smallest hashes of a text's shingles; up to `SKETCH_SIZE`, the comparison is exact. */
export type Sketch = { readonly hashes: readonly number[]; readonly shingles: number };

export const SKETCH_SIZE = 2048;
/** Words in one shingle. */
export const WIDTH = 4;

/** An output this similar to an earlier one is not new. */
export const NEAR_DUPLICATE = 0.9;

/**
 * Without dates, case, punctuation and layout: a report with only a new date is the same report.
 */
export function wordsIn(text: string): readonly string[] {
  return withoutDates(text.toLowerCase()).match(/[\p{L}\p{N}]+/gu) ?? [];
}

export function withoutDates(text: string): string {
  return text.replace(
    /\d{4}-\d{2}-\d{2}(?:[t ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:z|[+-]\d{2}:?\d{2})?)?/gi,
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
  const hashes = [...new Set(shinglesOf(wordsIn(text)))].sort((a, b) => a - b);
  return { hashes: hashes.slice(0, SKETCH_SIZE), shingles: hashes.length };
}

/** From 0 to 1. Two texts without words are the same. */
export function similarity(a: Sketch, b: Sketch): number {
  if (a.shingles === 0 || b.shingles === 0) return a.shingles === b.shingles ? 1 : 0;
  const exact = a.shingles <= SKETCH_SIZE && b.shingles <= SKETCH_SIZE;
  const limit = exact ? Number.POSITIVE_INFINITY : SKETCH_SIZE;
  let [i, j, union, shared] = [0, 0, 0, 0];
  while ((i < a.hashes.length || j < b.hashes.length) && union < limit) {
    const left = a.hashes[i] ?? Number.POSITIVE_INFINITY;
    const right = b.hashes[j] ?? Number.POSITIVE_INFINITY;
    if (left === right) shared++;
    if (left <= right) i++;
    if (right <= left) j++;
    union++;
  }
  return shared / union;
}

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

export type Text = { readonly path: string; readonly text: string };
export type OutputNovelty = {
  readonly path: string;
  readonly similarity: number;
  readonly nearest: string | undefined;
  readonly duplicate: boolean;
};
export type Novelty = {
  readonly outputs: readonly OutputNovelty[];
  readonly novel: number;
  readonly duplicates: number;
};

/**
 * Compares each output with everything earlier and with the outputs before it, so that one text
 * does not count twice. An output without words is not new.
 */
export function noveltyOf(
  outputs: readonly Text[],
  earlier: Iterable<Text>,
  threshold = NEAR_DUPLICATE,
): Novelty {
  const compared: { path: string; sketch: Sketch }[] = [];
  for (const { path, text } of earlier) compared.push({ path, sketch: sketchOf(text) });
  const graded = outputs.map(({ path, text }): OutputNovelty => {
    const sketch = sketchOf(text);
    let best: { similarity: number; nearest: string | undefined } = {
      similarity: 0,
      nearest: undefined,
    };
    for (const other of compared) {
      const score = similarity(sketch, other.sketch);
      if (score > best.similarity) best = { similarity: score, nearest: other.path };
    }
    compared.push({ path, sketch });
    return { path, ...best, duplicate: sketch.shingles === 0 || best.similarity >= threshold };
  });
  const duplicates = graded.filter((output) => output.duplicate).length;
  return { outputs: graded, novel: graded.length - duplicates, duplicates };
}
