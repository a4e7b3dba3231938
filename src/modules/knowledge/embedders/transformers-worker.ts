/** The thread of a sentence or re-ranking model. It never uses the network. */
import { messageOf } from '../../../kernel/error.js';
import { parentPort, workerData } from 'node:worker_threads';
import { defined } from '../../../kernel/defined.js';
import { normalise } from './embedder.js';

/** `processors`: how many a run may use; the library decides by default. */
export type WorkerSetting = {
  readonly directory: string;
  readonly dtype: string;
  readonly task: 'embed' | 'fit';
  readonly processors?: number;
};
export type WorkerRequest =
  | { readonly kind: 'run'; readonly texts: readonly string[]; readonly question?: string }
  | { readonly kind: 'close' };
/** `numbers`: of all texts, concatenated. `absent`: the library is not installed. */
export type WorkerAnswer =
  | {
      readonly kind: 'ready';
      readonly dimensions: number;
      readonly runMs: number;
    }
  | { readonly kind: 'numbers'; readonly numbers: Float32Array }
  | { readonly kind: 'failed'; readonly why: string; readonly absent?: true };

type Tensor = { readonly dims: readonly number[]; readonly data: ArrayLike<unknown> };
type Tokens = Readonly<Record<string, Tensor>>;
type Loaded = {
  tokenize(texts: readonly string[], question?: string): Tokens;
  run(tokens: Tokens): Promise<Readonly<Record<string, Tensor>>>;
  dispose(): Promise<unknown>;
};

const { directory, dtype, task, processors } = workerData as WorkerSetting;
/** About as long as a passage. */
const PROBE = 'a passage about one thing and another '.repeat(20);
const answer = (what: WorkerAnswer): void =>
  parentPort?.postMessage(
    what,
    what.kind === 'numbers' ? [what.numbers.buffer as ArrayBuffer] : [],
  );

async function load(): Promise<Loaded> {
  const { AutoModel, AutoModelForSequenceClassification, AutoTokenizer, env } = await import(
    '@huggingface/transformers'
  );
  env.allowRemoteModels = false;
  env.useFSCache = false;
  const tokenizer = await AutoTokenizer.from_pretrained(directory, { local_files_only: true });
  const model = await (task === 'embed'
    ? AutoModel
    : AutoModelForSequenceClassification
  ).from_pretrained(directory, {
    dtype: dtype as 'q8',
    local_files_only: true,
    ...defined({
      session_options: processors === undefined ? undefined : { intraOpNumThreads: processors },
    }),
  });
  return {
    tokenize: (texts, question) =>
      (question === undefined
        ? tokenizer([...texts], { padding: true, truncation: true })
        : tokenizer(
            texts.map(() => question),
            { text_pair: [...texts], padding: true, truncation: true },
          )) as unknown as Tokens,
    run: async (tokens) => (await model(tokens)) as Readonly<Record<string, Tensor>>,
    dispose: () => model.dispose(),
  };
}

async function embed({ tokenize, run }: Loaded, texts: readonly string[]): Promise<Float32Array> {
  const tokens = tokenize(texts);
  const states = (await run(tokens))['last_hidden_state'];
  const [rows, length, dimensions] = states?.dims ?? [];
  if (
    !(states?.data instanceof Float32Array) ||
    rows !== texts.length ||
    length === undefined ||
    dimensions === undefined
  )
    throw new Error(
      `the model returned ${states?.dims.join(' x ') ?? 'no'} numbers for ${texts.length} texts`,
    );
  return pooled(states.data, { rows, length, dimensions, mask: tokens['attention_mask']?.data });
}

/** One logit for each pair. */
async function fit(
  { tokenize, run }: Loaded,
  texts: readonly string[],
  question: string,
): Promise<Float32Array> {
  const logits = (await run(tokenize(texts, question)))['logits'];
  if (!(logits?.data instanceof Float32Array) || logits.data.length !== texts.length)
    throw new Error(
      `the model returned ${logits?.dims.join(' x ') ?? 'no'} logits for ${texts.length} pairs, expected one for each`,
    );
  return logits.data.slice();
}

type Shape = {
  readonly rows: number;
  readonly length: number;
  readonly dimensions: number;
  readonly mask: ArrayLike<unknown> | undefined;
};

/** Mean pooling without padding, scaled to length 1. The library's own is slow. */
function pooled(states: Float32Array, { rows, length, dimensions, mask }: Shape): Float32Array {
  const vectors = new Float32Array(rows * dimensions);
  for (let row = 0; row < rows; row++) {
    const sum = vectors.subarray(row * dimensions, (row + 1) * dimensions);
    for (let token = 0; token < length; token++) {
      if (Number(mask?.[row * length + token] ?? 1) === 0) continue;
      const from = (row * length + token) * dimensions;
      for (let i = 0; i < dimensions; i++)
        sum[i] = (sum[i] as number) + (states[from + i] as number);
    }
    // Scaling makes dividing by the number of tokens unnecessary.
    normalise(sum);
  }
  return vectors;
}

function why(error: unknown): WorkerAnswer {
  const message = messageOf(error);
  const absent =
    error instanceof Error &&
    'code' in error &&
    error.code === 'ERR_MODULE_NOT_FOUND' &&
    message.includes('@huggingface/transformers');
  return { kind: 'failed', why: message, ...defined({ absent: absent || undefined }) };
}

async function main(): Promise<void> {
  const model = await load();
  const answered = async (texts: readonly string[], question = ''): Promise<Float32Array> =>
    task === 'embed' ? embed(model, texts) : fit(model, texts, question);
  // The first run shows the dimensions, the second the time.
  const dimensions = (await answered([PROBE])).length;
  const start = performance.now();
  await answered([PROBE]);
  answer({ kind: 'ready', dimensions, runMs: performance.now() - start });
  let before: Promise<void> = Promise.resolve();
  parentPort?.on('message', (request: WorkerRequest) => {
    before = before
      .then(async () => {
        if (request.kind === 'run')
          return answer({
            kind: 'numbers',
            numbers: await answered(request.texts, request.question),
          });
        await model.dispose();
        parentPort?.close();
      })
      .catch((error: unknown) => answer(why(error)));
  });
}

main().catch((error: unknown) => answer(why(error)));
