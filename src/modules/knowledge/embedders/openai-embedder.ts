/** Vectors from any OpenAI-compatible `/embeddings` endpoint. */
import { openaiClient } from '../../../agents/openai-client.js';
import { pause, type Wait, type Attempt, tryAgain } from '../../../agents/retry.js';
import {
  classifyRequestError,
  type RequestFailure,
} from '../../../agents/classify-request-error.js';
import { defined } from '../../../kernel/defined.js';
import { NocturneError } from '../../../kernel/error.js';
import { type Embedder, normalise } from './embedder.js';

export type OpenaiOptions = {
  /** Base URL, `…/v1`. */
  readonly endpoint: string;
  readonly model: string;
  /** Empty if the endpoint needs none. */
  readonly apiKey: string;
  /** For models that can return fewer; the default is all. */
  readonly dimensions?: number;
  /** Cancels the first request, which learns the number of dimensions. */
  readonly signal?: AbortSignal;
  readonly wait?: Wait;
  /** A number in [0, 1). */
  readonly random?: () => number;
};

const MOST_TEXTS = 64;
/** Endpoints limit the tokens of a request; embedding models read no more of one text. */
const MOST_CHARACTERS = 200_000;
const LONGEST = 24_000;
const PAGE = 'orchestration-os/KNOWLEDGE.md';
const ATTEMPTS = 5;
const REQUEST_MS = 120_000;
const PATIENCE_MS = 600_000;

const HINTS: Partial<Record<RequestFailure['failure'], string>> = {
  'auth-required': 'set the environment variable that api_key_env names',
  'not-found': 'check the endpoint and the name of the model',
};

type Answered =
  | { readonly kind: 'vectors'; readonly vectors: readonly Float32Array[] }
  | { readonly kind: 'failed'; readonly failure: RequestFailure };

type Request = (texts: readonly string[], signal: AbortSignal) => Promise<readonly Float32Array[]>;

/** Learns the dimensions by one small request. @throws NocturneError `RUN_FAILED`. */
export async function makeOpenaiEmbedder(options: OpenaiOptions): Promise<Embedder> {
  const { endpoint, model, dimensions: asked, signal: starting } = options;
  const request = await requester(options);
  const [first] = await request(['a'], starting ?? new AbortController().signal);
  const dimensions = first?.length ?? 0;
  if (asked !== undefined && dimensions !== asked)
    throw new NocturneError(
      'RUN_FAILED',
      `the model ${model} at ${endpoint} returns ${dimensions} dimensions, expected ${asked}`,
      { hint: `set ${dimensions}, or remove the setting` },
    );
  const checked = (vector: Float32Array): Float32Array => {
    if (vector.length === dimensions) return normalise(vector);
    throw new NocturneError(
      'RUN_FAILED',
      `the model ${model} at ${endpoint} returned ${vector.length} dimensions, but ${dimensions} before`,
      { hint: 'vectors of different lengths cannot be compared: choose one model' },
    );
  };
  return {
    kind: 'openai',
    model: `${model}@${hostOf(endpoint)}-${dimensions}`,
    dimensions,
    async embed(texts, { signal = new AbortController().signal, onProgress } = {}) {
      const vectors: Float32Array[] = texts.map(() => new Float32Array(dimensions));
      let done = 0;
      for (const batch of batches(texts)) {
        signal.throwIfAborted();
        // Endpoints refuse an empty text.
        const filled = batch.filter((index) => (texts[index] ?? '').trim() !== '');
        const inputs = filled.map((index) => (texts[index] ?? '').slice(0, LONGEST));
        const answers = inputs.length === 0 ? [] : await request(inputs, signal);
        for (const [place, vector] of answers.entries())
          vectors[filled[place] ?? 0] = checked(vector);
        done += batch.length;
        onProgress?.(done);
      }
      return vectors;
    },
    close: async () => undefined,
  };
}

async function requester(options: OpenaiOptions): Promise<Request> {
  const { endpoint, model, apiKey, dimensions, wait = pause, random = Math.random } = options;
  const client = await openaiClient({ endpoint, apiKey, timeout: REQUEST_MS });
  const attempt = async (
    texts: readonly string[],
    signal: AbortSignal,
  ): Promise<Attempt<Answered>> => {
    try {
      const answer = await client.embeddings.create(
        { model, input: [...texts], encoding_format: 'float', ...defined({ dimensions }) },
        { signal: AbortSignal.any([signal, AbortSignal.timeout(REQUEST_MS)]) },
      );
      return { result: { kind: 'vectors', vectors: inOrder(answer, texts.length) } };
    } catch (error) {
      const failure = failureOf(error);
      const result = { kind: 'failed' as const, failure };
      if (!failure.retry || signal.aborted) return { result };
      const again = { why: failure.detail, ...defined({ retryAfterMs: failure.retryAfterMs }) };
      return { result, again };
    }
  };
  return async (texts, signal) => {
    const until = performance.now() + PATIENCE_MS;
    const timeLeft = (): number => until - performance.now();
    const { result, attempts } = await tryAgain(
      { maxAttempts: ATTEMPTS, wait, random, signal, on: () => undefined, timeLeft },
      () => attempt(texts, signal),
    );
    signal.throwIfAborted();
    if (result.kind === 'vectors') return result.vectors;
    throw refused(options, result.failure, attempts);
  };
}

function failureOf(error: unknown): RequestFailure {
  return error instanceof BadAnswer
    ? { failure: 'crashed', retry: false, answered: true, detail: error.message }
    : classifyRequestError(error, { now: Date.now(), page: PAGE });
}

/** Removes the key from the message: a server may repeat it. */
function refused(
  { endpoint, apiKey }: OpenaiOptions,
  { failure, detail }: RequestFailure,
  attempts: number,
): NocturneError {
  const shown = apiKey === '' ? detail : detail.replaceAll(apiKey, '[key]');
  return new NocturneError(
    'RUN_FAILED',
    `no embeddings from ${endpoint}: ${shown}${attempts > 1 ? ` (${attempts} attempts)` : ''}`,
    { hint: HINTS[failure] ?? 'try again later, or choose another embedder' },
  );
}

/** Without the credentials that a URL may contain. */
function hostOf(endpoint: string): string {
  const { host, pathname } = new URL(endpoint);
  return `${host}${pathname.replace(/\/$/, '')}`;
}

class BadAnswer extends Error {}

/** @throws BadAnswer unless the answer has one vector of numbers for each text. */
function inOrder(answer: unknown, count: number): readonly Float32Array[] {
  const data: unknown =
    typeof answer === 'object' && answer !== null && 'data' in answer ? answer.data : undefined;
  if (!Array.isArray(data) || data.length !== count)
    throw new BadAnswer(
      `The endpoint returned ${Array.isArray(data) ? `${data.length} vectors` : 'no list of vectors'} for ${count} texts.`,
    );
  const vectors: Float32Array[] = [];
  for (const [place, item] of (
    data as readonly { readonly index?: unknown; readonly embedding?: unknown }[]
  ).entries()) {
    const { embedding, index } = item ?? {};
    if (
      !Array.isArray(embedding) ||
      embedding.length === 0 ||
      !embedding.every((value) => typeof value === 'number' && Number.isFinite(value))
    )
      throw new BadAnswer('The endpoint returned something that is not a vector of numbers.');
    vectors[typeof index === 'number' ? index : place] = Float32Array.from(
      embedding as readonly number[],
    );
  }
  if (vectors.length !== count || vectors.includes(undefined as never))
    throw new BadAnswer('The endpoint returned wrong indices for its vectors.');
  return vectors;
}

function batches(texts: readonly string[]): readonly (readonly number[])[] {
  const found: number[][] = [];
  let characters = 0;
  for (const [index, text] of texts.entries()) {
    const length = Math.min(text.length, LONGEST);
    const last = found.at(-1);
    if (last !== undefined && last.length < MOST_TEXTS && characters + length <= MOST_CHARACTERS)
      last.push(index);
    else {
      found.push([index]);
      characters = 0;
    }
    characters += length;
  }
  return found;
}
