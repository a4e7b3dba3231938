/**
 * What the latent model is, and the vector that it gives a text. How it is learnt:
 * `latent-learning.ts`.
 */
import { normalise } from '../embedders/embedder.js';
import { termsOf } from './terms.js';

export type LatentModel = {
  /** Hash of what it was learnt from and how. */
  readonly id: string;
  /** Chunks that there were when it was learnt. */
  readonly chunks: number;
  /** Row of a term in `vectors`. */
  readonly rows: ReadonlyMap<string, number>;
  readonly weights: Float32Array;
  /** A vector of `dimensions` numbers for each term, one after the other, each of length 1. */
  readonly vectors: Float32Array;
  readonly dimensions: number;
};

/**
 * The vector of a text; also of texts that the model was not learnt from. Terms that it does not
 * know count for nothing.
 */
export function latentVector(model: LatentModel, text: string): Float32Array {
  const { rows, weights, vectors, dimensions } = model;
  const counts = new Map<number, number>();
  for (const term of termsOf(text)) {
    const row = rows.get(term);
    if (row !== undefined) counts.set(row, (counts.get(row) ?? 0) + 1);
  }
  const vector = new Float32Array(dimensions);
  for (const [row, count] of counts) {
    const weight = (1 + Math.log(count)) * (weights[row] ?? 0);
    for (let d = 0, offset = row * dimensions; d < dimensions; d++, offset++)
      vector[d] = (vector[d] as number) + weight * (vectors[offset] as number);
  }
  return normalise(vector);
}
