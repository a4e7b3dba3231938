/**
 * Vectors of a sentence model that runs on this machine, from a local directory (Transformers.js
 * and ONNX), in a thread of its own.
 */
import type { Embedder } from './embedder.js';
import { DEFAULT_MODEL, type Dtype, modelFiles } from './model-directory.js';
import { workerPool } from './worker-pool.js';

export type TransformersOptions = {
  /** The directory with config.json, tokenizer.json and onnx/. */
  readonly modelPath: string;
  /** Its name, for messages and for the index. */
  readonly model?: string;
  /** Not given: q8 where it is there, else fp32. */
  readonly dtype?: Dtype;
  /** Ends the loading; what is embedded later has a signal of its own. */
  readonly signal?: AbortSignal;
};

/**
 * Texts that go through the model at once. On a processor a real model is quickest with one text at
 * a time: more of them leave its caches and are padded to the
 * longest (all-MiniLM's shape: 37 ms a text alone, 54 ms by sixteen; docs/DECISIONS.md). And
 * weights of 8 bits are scaled by all that goes through at once: alone, a
 * text's vector does not depend on its neighbours. Only where a run takes next to nothing its own
 * cost tells.
 */
const TOGETHER = 8;
const LIGHT_MS = 2;
/**
 * No sentence model reads more than 512 tokens, and a token has rarely more than 8 characters; the
 * tokenizer would read all of a long text first.
 */
const LONGEST = 6000;

/**
 * @throws NocturneError `NOT_FOUND` for a model that is not there, `UNREADABLE` for a broken one,
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
    hint: 'nocturne knowledge model fetch gets it once; or name the directory of a model with model_path',
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
        (at, flat) => {
          const job = jobs[at] ?? [];
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

/**
 * Places of texts of about the same length, the longest first, so that no thread ends with them
 * alone.
 */
function batches(texts: readonly string[], together: number): readonly (readonly number[])[] {
  const lengths = texts.map((text) => Math.min(text.length, LONGEST));
  const order = [...texts.keys()].sort((a, b) => (lengths[b] ?? 0) - (lengths[a] ?? 0) || a - b);
  return Array.from({ length: Math.ceil(order.length / together) }, (_, i) =>
    order.slice(i * together, (i + 1) * together),
  );
}
