/** An embedder turns texts into vectors. */

export type EmbedOptions = {
  readonly signal?: AbortSignal;
  /** Texts done so far. */
  readonly onProgress?: (done: number) => void;
};

export interface Embedder {
  readonly kind: 'transformers' | 'openai' | 'latent' | 'none';
  /** Name and version: vectors of different models are not comparable. */
  readonly model: string;
  /** 0 for `none`. */
  readonly dimensions: number;
  /**
   * Vectors of length 1 (or 0, for a text without known words), in the order of the texts. @throws
   * NocturneError `RUN_FAILED`; rejects with the signal's reason when cancelled.
   */
  embed(texts: readonly string[], options?: EmbedOptions): Promise<readonly Float32Array[]>;
  close(): Promise<void>;
}

/** Search by words alone. */
export const NO_EMBEDDER: Embedder = {
  kind: 'none',
  model: 'none',
  dimensions: 0,
  embed: async (texts) => texts.map(() => new Float32Array(0)),
  close: async () => undefined,
};

/** Scales a vector to length 1 in place; zeros stay zeros. */
export function normalise(vector: Float32Array): Float32Array {
  let sum = 0;
  for (const value of vector) sum += value * value;
  const length = Math.sqrt(sum);
  if (length > 0) for (let i = 0; i < vector.length; i++) vector[i] = (vector[i] ?? 0) / length;
  return vector;
}

/** The cosine of two vectors of length 1. */
export function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}
