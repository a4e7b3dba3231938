/** How much of the outputs of a pass is new. */
import { nearDuplicateIndex } from './near-duplicate-index.js';
import { sketchOf } from './sketch.js';

/** An output this similar to an earlier one is not new. */
export const NEAR_DUPLICATE = 0.9;

export type Text = { readonly path: string; readonly text: string };
export type OutputNovelty = {
  readonly path: string;
  /** The text that a duplicate repeats most; `undefined` for one without words. */
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
 * does not count twice. An output without words is not new. Keeps sketches, never texts.
 */
export function noveltyOf(outputs: Iterable<Text>, earlier: Iterable<Text>): Novelty {
  const compared = nearDuplicateIndex(NEAR_DUPLICATE);
  for (const { path, text } of earlier) compared.add(path, sketchOf(text));
  const graded: OutputNovelty[] = [];
  for (const { path, text } of outputs) {
    const sketch = sketchOf(text);
    const nearest = compared.nearest(sketch);
    compared.add(path, sketch);
    graded.push({ path, nearest, duplicate: sketch.shingles === 0 || nearest !== undefined });
  }
  const duplicates = graded.filter((output) => output.duplicate).length;
  return { outputs: graded, novel: graded.length - duplicates, duplicates };
}
