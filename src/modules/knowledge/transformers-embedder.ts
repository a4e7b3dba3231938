/** Vectors of a sentence model that runs on this machine, from a local directory (Transformers.js and ONNX), in a thread of its own. */
import type { Embedder } from './embedder.js';
import { DEFAULT_MODEL, type Dtype, modelFiles } from './model-directory.js';
import { modelThread } from './model-thread.js';

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

/** A batch is padded to its longest text: at most so many texts and so many characters with the padding, which bounds the memory. */
const MOST_TEXTS = 32;
const MOST_CHARACTERS = 16_000;
/** No sentence model reads more than 512 tokens, and a token has rarely more than 8 characters; the tokenizer would read all of a long text first. */
const LONGEST = 6000;

/** @throws NocturneError `NOT_FOUND` for a model that is not there, `UNREADABLE` for a broken one, `MISSING_PART` without the library. */
export async function makeTransformersEmbedder({ modelPath, model = DEFAULT_MODEL, dtype, signal }: TransformersOptions): Promise<Embedder> {
  const files = modelFiles(modelPath, { model, dtype });
  const thread = await modelThread({ directory: files.directory, dtype: files.dtype }, signal);
  const { dimensions } = thread;
  return {
    kind: 'transformers',
    model: files.id,
    dimensions,
    async embed(texts, options = {}) {
      const vectors: Float32Array[] = [];
      let done = 0;
      for (const batch of batches(texts)) {
        options.signal?.throwIfAborted();
        const flat = await unlessAborted(thread.run(batch.map((index) => (texts[index] ?? '').slice(0, LONGEST))), options.signal);
        for (const [place, index] of batch.entries()) vectors[index] = (texts[index] ?? '').trim() === '' ? new Float32Array(dimensions) : flat.slice(place * dimensions, (place + 1) * dimensions);
        done += batch.length;
        options.onProgress?.(done);
      }
      return vectors;
    },
    close: () => thread.close(),
  };
}

/** Places of texts of about the same length, the shortest first. */
function batches(texts: readonly string[]): readonly (readonly number[])[] {
  const lengths = texts.map((text) => Math.min(text.length, LONGEST));
  const order = [...texts.keys()].sort((a, b) => (lengths[a] ?? 0) - (lengths[b] ?? 0) || a - b);
  const found: number[][] = [];
  for (const index of order) {
    const last = found.at(-1);
    if (last !== undefined && last.length < MOST_TEXTS && (last.length + 1) * (lengths[index] ?? 0) <= MOST_CHARACTERS) last.push(index);
    else found.push([index]);
  }
  return found;
}

/** The batch that is being worked on is left to end by itself. */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
