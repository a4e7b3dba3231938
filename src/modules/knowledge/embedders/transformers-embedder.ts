/** Vectors of a local sentence model (Transformers.js and ONNX), in threads. */
import type { Embedder } from './embedder.js';
import { DEFAULT_MODEL, type Dtype, modelFiles } from './model-directory.js';
import { workerPool } from './worker-pool.js';

export type TransformersOptions = {
  /** The directory with config.json, tokenizer.json and onnx/. */
  readonly modelPath: string;
  readonly model?: string;
  /** The default is q8 if its file exists, else fp32. */
  readonly dtype?: Dtype;
  /** Cancels loading. */
  readonly signal?: AbortSignal;
};

/**
 * Texts for each run of a very small model. A real model is fastest with one text, and 8-bit
 * weights are scaled by all texts of a run (docs/DECISIONS.md).
 */
const TOGETHER = 8;
const LIGHT_MS = 2;
/** Characters: no sentence model reads more than 512 tokens, but the tokenizer reads all text. */
const LONGEST = 6000;

/**
 * @throws NocturneError `NOT_FOUND` for a missing model, `UNREADABLE` for a broken one,
 * `MISSING_PART` without the library.
 */
export async function makeTransformersEmbedder({
  modelPath,
  model = DEFAULT_MODEL,
  dtype,
  signal,
}: TransformersOptions): Promise<Embedder> {
  const files = modelFiles(modelPath, {
    model,
    dtype,
    hint: 'nocturne knowledge model fetch downloads it; or set model_path to the directory of a model',
  });
  const pool = await workerPool(
    { directory: files.directory, dtype: files.dtype, task: 'embed' },
    signal,
  );
  const { dimensions, runMs } = pool;
  return {
    kind: 'transformers',
    model: files.id,
    dimensions,
    async embed(texts, options = {}) {
      const vectors: Float32Array[] = [];
      options.signal?.throwIfAborted();
      const jobs = batches(texts, runMs < LIGHT_MS ? TOGETHER : 1);
      let done = 0;
      await pool.run(
        jobs.map((job) => ({ texts: job.map((index) => (texts[index] ?? '').slice(0, LONGEST)) })),
        (jobIndex, flat) => {
          const job = jobs[jobIndex] ?? [];
          for (const [place, index] of job.entries())
            vectors[index] =
              (texts[index] ?? '').trim() === ''
                ? new Float32Array(dimensions)
                : flat.slice(place * dimensions, (place + 1) * dimensions);
          options.onProgress?.((done += job.length));
        },
        options.signal,
      );
      return vectors;
    },
    close: () => pool.close(),
  };
}

/** Batches of similar length, the longest first, so that no thread ends with them alone. */
function batches(texts: readonly string[], together: number): readonly (readonly number[])[] {
  const lengths = texts.map((text) => Math.min(text.length, LONGEST));
  const order = [...texts.keys()].sort((a, b) => (lengths[b] ?? 0) - (lengths[a] ?? 0) || a - b);
  return Array.from({ length: Math.ceil(order.length / together) }, (_, i) =>
    order.slice(i * together, (i + 1) * together),
  );
}
