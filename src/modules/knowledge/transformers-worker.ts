/** The thread that runs the embedding model: loads it from its directory, then answers batches in order. It never uses the network. */
import { parentPort, workerData } from 'node:worker_threads';

export type WorkerSetting = { readonly directory: string; readonly dtype: string };
export type WorkerRequest = { readonly kind: 'embed'; readonly texts: readonly string[] } | { readonly kind: 'close' };
/** `vectors`: one after the other. `absent`: the library is not installed. */
export type WorkerAnswer = { readonly kind: 'ready'; readonly dimensions: number } | { readonly kind: 'vectors'; readonly vectors: Float32Array } | { readonly kind: 'failed'; readonly why: string; readonly absent?: true };

type Extractor = { (texts: string[], options: { pooling: 'mean'; normalize: boolean }): Promise<{ readonly dims: readonly number[]; readonly data: unknown }>; dispose(): Promise<unknown> };

const { directory, dtype } = workerData as WorkerSetting;
const answer = (what: WorkerAnswer): void => parentPort?.postMessage(what, what.kind === 'vectors' ? [what.vectors.buffer as ArrayBuffer] : []);

async function load(): Promise<Extractor> {
  const { env, pipeline } = await import('@huggingface/transformers');
  env.allowRemoteModels = false;
  env.useFSCache = false;
  return (await pipeline('feature-extraction', directory, { dtype: dtype as 'q8', local_files_only: true })) as unknown as Extractor;
}

async function embed(extractor: Extractor, texts: readonly string[]): Promise<{ readonly vectors: Float32Array; readonly dimensions: number }> {
  const { data, dims } = await extractor([...texts], { pooling: 'mean', normalize: true });
  const dimensions = dims[1];
  if (!(data instanceof Float32Array) || dims[0] !== texts.length || dimensions === undefined || data.length !== texts.length * dimensions) throw new Error(`the model gave ${dims.join(' x ')} numbers for ${texts.length} texts`);
  return { vectors: data.slice(), dimensions };
}

function why(error: unknown): WorkerAnswer {
  const said = error instanceof Error ? error.message : String(error);
  const absent = error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND' && said.includes('@huggingface/transformers');
  return { kind: 'failed', why: said, ...(absent ? { absent } : {}) };
}

async function main(): Promise<void> {
  const extractor = await load();
  // Only a run says how many dimensions there are.
  answer({ kind: 'ready', dimensions: (await embed(extractor, ['a'])).dimensions });
  let before: Promise<void> = Promise.resolve();
  parentPort?.on('message', (request: WorkerRequest) => {
    before = before.then(async () => {
      if (request.kind === 'embed') return answer({ kind: 'vectors', vectors: (await embed(extractor, request.texts)).vectors });
      await extractor.dispose();
      parentPort?.close();
    }).catch((error: unknown) => answer(why(error)));
  });
}

main().catch((error: unknown) => answer(why(error)));
