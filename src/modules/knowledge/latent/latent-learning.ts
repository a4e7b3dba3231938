/**
 * Learns latent semantic vectors from the workspace: co-occurrence of terms in a narrow window,
 * weighted by positive pointwise mutual information and reduced to few dimensions (Levy, Goldberg:
 * Neural word embedding as implicit matrix factorization, 2014). A text is the sum of its terms'
 * vectors, weighted by rarity.
 */
import { createHash } from 'node:crypto';
import { normalise } from '../embedders/embedder.js';
import type { LatentModel } from './latent-model.js';
import { leadingSubspace } from './leading-subspace.js';
import { pairCounts } from './pair-counts.js';
import { type SparseMatrix, symmetric } from './sparse-matrix.js';
import { termsOf } from './terms.js';

/** Part of the model's id, which changes with the method. */
const WAY = 'latent-1';
const DIMENSIONS = 192;
/** With nearly as many dimensions as terms, no two terms would be similar. */
const TERMS_PER_DIMENSION = 16;
/** A multiple of eight for vectors of bits and of three for the products. */
const MULTIPLE = 24;
/** Terms on each side that co-occur; nearer ones count more. */
const WINDOW = 5;
const FADE = 0.25;
const MOST_TERMS = 20_000;
/** More chunks are sampled. */
const MOST_CHUNKS = 10_000;
const FEWEST_CHUNKS = 20;

/** `undefined` for too few texts. Deterministic. @param wait called between steps; may throw. */
export function learn(
  texts: readonly string[],
  wait: () => void = () => undefined,
): LatentModel | undefined {
  const step = Math.max(1, Math.ceil(texts.length / MOST_CHUNKS));
  const sample = texts.filter((_, index) => index % step === 0);
  if (sample.length < FEWEST_CHUNKS) return undefined;
  const documents = sample.map(termsOf);
  wait();
  const { rows, weights } = vocabulary(documents);
  const dimensions =
    Math.floor(Math.min(DIMENSIONS, rows.size / TERMS_PER_DIMENSION) / MULTIPLE) * MULTIPLE;
  if (dimensions === 0) return undefined;
  const vectors = leadingSubspace(cooccurrence(documents, rows), dimensions, wait);
  for (let offset = 0; offset < vectors.length; offset += dimensions)
    normalise(vectors.subarray(offset, offset + dimensions));
  return { id: idOf(sample), chunks: texts.length, rows, weights, vectors, dimensions };
}

function idOf(sample: readonly string[]): string {
  const hash = createHash('sha256').update(WAY);
  for (const text of sample) hash.update('\0').update(text);
  return `${WAY}-${hash.digest('hex').slice(0, 16)}`;
}

/** Terms in at least two chunks and at most a third, with inverse document frequency. */
function vocabulary(documents: readonly (readonly string[])[]): {
  rows: Map<string, number>;
  weights: Float32Array;
} {
  const counts = new Map<string, number>();
  for (const terms of documents)
    for (const term of new Set(terms)) counts.set(term, (counts.get(term) ?? 0) + 1);
  const most = Math.max(2, documents.length / 3);
  const chosen = [...counts]
    .filter(([, count]) => count >= 2 && count <= most)
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    .slice(0, MOST_TERMS);
  return {
    rows: new Map(chosen.map(([term], row) => [term, row])),
    weights: Float32Array.from(chosen, ([, count]) => Math.log(1 + documents.length / count)),
  };
}

/** Positive pointwise mutual information. */
function cooccurrence(
  documents: readonly (readonly string[])[],
  rows: ReadonlyMap<string, number>,
): SparseMatrix {
  const counts = pairCounts(rows.size);
  for (const terms of documents) {
    const rowsOfText: number[] = [];
    for (const term of terms) {
      const row = rows.get(term);
      if (row === undefined) continue;
      const i = rowsOfText.push(row) - 1;
      for (let away = 1; away <= Math.min(WINDOW, i); away++) {
        const other = rowsOfText[i - away] as number;
        if (row !== other) counts.add(row, other, 1 / (1 + (away - 1) * FADE));
      }
    }
  }
  const sums = new Float64Array(rows.size);
  counts.forEach((a, b, weight) => {
    sums[a] = (sums[a] as number) + weight;
    sums[b] = (sums[b] as number) + weight;
  });
  const total = sums.reduce((sum, value) => sum + value, 0);
  return symmetric(rows.size, (visit) =>
    counts.forEach((a, b, weight) => {
      const information = Math.log((weight * total) / ((sums[a] as number) * (sums[b] as number)));
      if (information > 0) visit(a, b, information);
    }),
  );
}
