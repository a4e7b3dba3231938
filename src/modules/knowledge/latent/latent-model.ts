/** The latent model, and its vector of a text. `latent-learning.ts` learns it. */
import { normalise } from '../embedders/embedder.js';
import { termsOf } from './terms.js';

export type LatentModel = {
  /** Hash of the texts and the method. */
  readonly id: string;
  /** Number of chunks when it was learned. */
  readonly chunks: number;
  /** Row of a term in `vectors`. */
  readonly rows: ReadonlyMap<string, number>;
  readonly weights: Float32Array;
  /** The vectors of all terms, concatenated, each of length 1. */
  readonly vectors: Float32Array;
  readonly dimensions: number;
};

/** The vector of any text. Ignores unknown terms. */
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
