/**
 * Latent semantic vectors, learnt from the workspace's own chunks: terms that occur in the same company get similar vectors, so that a question finds a
 * text that says it in other words. A truncated singular value decomposition of the weighted term-chunk matrix, by random projection with power iterations
 * (Halko, Martinsson, Tropp: Finding structure with randomness, 2011, algorithm 4.4).
 */
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { normalise } from './embedder.js';
import { termsOf } from './terms.js';

export type LatentModel = {
  /** Row of a term in `vectors`. */
  readonly rows: ReadonlyMap<string, number>;
  readonly weights: Float32Array;
  /** A vector of `dimensions` numbers for each term, one after the other. */
  readonly vectors: Float32Array;
  readonly dimensions: number;
};

const DIMENSIONS = 192;
const OVERSAMPLED = 16;
const POWERS = 1;
const MOST_TERMS = 40_000;
/** Chunks learnt from; of more a sample is taken. */
const MOST_CHUNKS = 20_000;
/** Fewer say nothing about the company that terms keep. */
const FEWEST_CHUNKS = 20;

type Row = { readonly terms: Int32Array; readonly weights: Float32Array };

/** `undefined` for too few texts to learn from. Deterministic. @param wait called between the steps, so that the caller can stop. */
export function learn(texts: readonly string[], wait: () => void = () => undefined): LatentModel | undefined {
  const step = Math.max(1, Math.ceil(texts.length / MOST_CHUNKS));
  const documents = texts.filter((_, index) => index % step === 0).map(termsOf);
  wait();
  const { rows, weights } = vocabulary(documents);
  if (documents.length < FEWEST_CHUNKS || rows.size < FEWEST_CHUNKS) return undefined;
  const matrix = documents.map((terms) => weighted(terms, { rows, weights }));
  const width = Math.min(DIMENSIONS + OVERSAMPLED, rows.size, documents.length);
  const dimensions = Math.min(DIMENSIONS, width);
  const size = { documents: documents.length, terms: rows.size, width };
  let basis = orthonormal(times(matrix, noise(size.terms * width), size), size.documents, width);
  for (let power = 0; power < POWERS; power++) {
    wait();
    const back = orthonormal(timesTransposed(matrix, basis, size), size.terms, width);
    basis = orthonormal(times(matrix, back, size), size.documents, width);
  }
  wait();
  const projected = timesTransposed(matrix, basis, size);
  return { rows, weights, vectors: rightVectors(projected, { terms: size.terms, width, dimensions }), dimensions };
}

/** The vector of a text; also of texts that the model was not learnt from. Terms that it does not know count for nothing. */
export function latentVector(model: LatentModel, text: string): Float32Array {
  const vector = new Float32Array(model.dimensions);
  const { terms, weights } = weighted(termsOf(text), model);
  for (let i = 0; i < terms.length; i++) {
    const from = (terms[i] ?? 0) * model.dimensions;
    const weight = weights[i] ?? 0;
    for (let d = 0; d < model.dimensions; d++) vector[d] = (vector[d] ?? 0) + weight * (model.vectors[from + d] ?? 0);
  }
  return normalise(vector);
}

/** Terms of at least two chunks and at most a third of them, with their inverse document frequency. */
function vocabulary(documents: readonly (readonly string[])[]): { rows: Map<string, number>; weights: Float32Array } {
  const counts = new Map<string, number>();
  for (const terms of documents) for (const term of new Set(terms)) counts.set(term, (counts.get(term) ?? 0) + 1);
  const chosen = [...counts].filter(([, count]) => count >= 2 && count <= Math.max(2, documents.length / 3)).sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, MOST_TERMS);
  return { rows: new Map(chosen.map(([term], row) => [term, row])), weights: Float32Array.from(chosen, ([, count]) => Math.log(1 + documents.length / count)) };
}

/** (1 + ln count) · idf, scaled to length 1. */
function weighted(terms: readonly string[], { rows, weights }: Pick<LatentModel, 'rows' | 'weights'>): Row {
  const counts = new Map<number, number>();
  for (const term of terms) {
    const row = rows.get(term);
    if (row !== undefined) counts.set(row, (counts.get(row) ?? 0) + 1);
  }
  const found = Int32Array.from(counts.keys());
  const values = Float32Array.from(counts, ([row, count]) => (1 + Math.log(count)) * (weights[row] ?? 0));
  return { terms: found, weights: normalise(values) };
}

type Size = { readonly documents: number; readonly terms: number; readonly width: number };

function times(matrix: readonly Row[], right: Float64Array, { documents, width }: Size): Float64Array {
  const product = new Float64Array(documents * width);
  for (let document = 0; document < documents; document++) {
    const { terms, weights } = matrix[document] as Row;
    for (let i = 0; i < terms.length; i++) add({ into: product, at: document * width, from: right, start: (terms[i] as number) * width }, width, weights[i] as number);
  }
  return product;
}

function timesTransposed(matrix: readonly Row[], right: Float64Array, { documents, terms: count, width }: Size): Float64Array {
  const product = new Float64Array(count * width);
  for (let document = 0; document < documents; document++) {
    const { terms, weights } = matrix[document] as Row;
    for (let i = 0; i < terms.length; i++) add({ into: product, at: (terms[i] as number) * width, from: right, start: document * width }, width, weights[i] as number);
  }
  return product;
}

type Addition = { readonly into: Float64Array; readonly at: number; readonly from: Float64Array; readonly start: number };

function add({ into, at, from, start }: Addition, width: number, factor: number): void {
  for (let i = 0; i < width; i++) into[at + i] = (into[at + i] as number) + factor * (from[start + i] as number);
}

/** Orthonormal columns with the same span, through the eigenvectors of the columns' products; directions without weight become zero. */
function orthonormal(columns: Float64Array, rows: number, width: number): Float64Array {
  const { values, vectors } = eigen(products(columns, rows, width), width);
  const largest = Math.max(...values);
  const scale = values.map((value) => (value > largest * 1e-12 ? 1 / Math.sqrt(value) : 0));
  return rotated(columns, { rows, width, into: width, factor: (from, to) => (vectors[from * width + to] as number) * (scale[to] as number) });
}

/** The right singular vectors, largest first, scaled by the root of their singular value: half way between equal weight and full weight ranks best. */
function rightVectors(projected: Float64Array, { terms, width, dimensions }: { readonly terms: number; readonly width: number; readonly dimensions: number }): Float32Array {
  const { values, vectors } = eigen(products(projected, terms, width), width);
  const order = [...values.keys()].sort((a, b) => (values[b] as number) - (values[a] as number)).slice(0, dimensions);
  // A column of the projection has the length of its singular value, which is the root of the eigenvalue.
  const scale = order.map((column) => ((value) => (value > 1e-12 ? value ** -0.25 : 0))(values[column] as number));
  return Float32Array.from(rotated(projected, { rows: terms, width, into: dimensions, factor: (from, to) => (vectors[from * width + (order[to] as number)] as number) * (scale[to] as number) }));
}

function products(columns: Float64Array, rows: number, width: number): Float64Array {
  const gram = new Float64Array(width * width);
  for (let row = 0; row < rows; row++) {
    const at = row * width;
    for (let a = 0; a < width; a++) {
      const value = columns[at + a] as number;
      if (value === 0) continue;
      const into = a * width;
      for (let b = a; b < width; b++) gram[into + b] = (gram[into + b] as number) + value * (columns[at + b] as number);
    }
  }
  for (let a = 0; a < width; a++) for (let b = 0; b < a; b++) gram[a * width + b] = gram[b * width + a] as number;
  return gram;
}

function eigen(symmetric: Float64Array, width: number): { readonly values: readonly number[]; readonly vectors: Float64Array } {
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(Matrix.from1DArray(width, width, symmetric), { assumeSymmetric: true });
  return { values: realEigenvalues, vectors: Float64Array.from(eigenvectorMatrix.to1DArray()) };
}

function rotated(columns: Float64Array, at: { readonly rows: number; readonly width: number; readonly into: number; readonly factor: (from: number, to: number) => number }): Float64Array {
  const { rows, width, into } = at;
  const rotation = new Float64Array(width * into);
  for (let from = 0; from < width; from++) for (let to = 0; to < into; to++) rotation[from * into + to] = at.factor(from, to);
  const result = new Float64Array(rows * into);
  for (let row = 0; row < rows; row++) {
    for (let from = 0; from < width; from++) {
      const value = columns[row * width + from] as number;
      for (let to = 0, target = row * into, source = from * into; to < into; to++, target++, source++) result[target] = (result[target] as number) + value * (rotation[source] as number);
    }
  }
  return result;
}

/** Numbers that look random and are the same each time (xorshift32), so that an index made twice is the same. */
function noise(length: number): Float64Array {
  let state = 2463534242;
  const next = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32 - 0.5;
  };
  return Float64Array.from({ length }, () => next() + next() + next());
}
