/** Vectors from any OpenAI-compatible `/embeddings` endpoint. */
import { pause, type Wait } from '../../../agents/backoff.js';
import {
  classifyRequestError,
  type RequestFailure,
} from '../../../agents/classify-request-error.js';
import { type Attempt, tryAgain } from '../../../agents/try-again.js';
import { defined } from '../../../kernel/defined.js';
import { NocturneError } from '../../../kernel/error.js';
import { type Embedder, normalise } from './embedder.js';

export type OpenaiOptions = {
  /** Base address, `…/v1`. */
  readonly endpoint: string;
  readonly model: string;
  /**
   * The key: read by the caller from the environment variable that the owner named. Empty: the
   * endpoint needs none.
   */
  readonly apiKey: string;
  /** Asked of the endpoint, for models that can give fewer. Not given: as many as it gives. */
  readonly dimensions?: number;
  /** Ends the first request, which finds out the number of dimensions. */
  readonly signal?: AbortSignal;
  readonly wait?: Wait;
  /** A number in [0, 1). */
  readonly random?: () => number;
};

const MOST_TEXTS = 64;
/**
 * Endpoints refuse a request of too many tokens; a text is cut at what embedding models read of one
 * at most.
 */
const MOST_CHARACTERS = 200_000;
const LONGEST = 24_000;
const ATTEMPTS = 5;
const REQUEST_MS = 120_000;
const PATIENCE_MS = 600_000;

const HINTS: Partial<Record<RequestFailure['failure'], string>> = {
  'auth-required': 'set the key in the environment variable that the setting names',
  'not-found': 'check the address and the name of the model',
};

type Answered =
  | { readonly kind: 'vectors'; readonly vectors: readonly Float32Array[] }
  | { readonly kind: 'failed'; readonly failure: RequestFailure };

/**
 * Makes one small request to find out the dimensions. @throws NocturneError `RUN_FAILED` as `embed`
 * does.
 */
export async function makeOpenaiEmbedder({
  endpoint,
  model,
  apiKey,
  dimensions: asked,
  signal: starting,
  wait = pause,
  random = Math.random,
}: OpenaiOptions): Promise<Embedder> {
  const { OpenAI } = await import('openai');
  const client = new OpenAI({
    baseURL: endpoint,
    apiKey: apiKey === '' ? 'none' : apiKey,
    organization: null,
    project: null,
    maxRetries: 0,
    logLevel: 'off',
    timeout: REQUEST_MS,
  });

  async function once(texts: readonly string[], signal: AbortSignal): Promise<Attempt<Answered>> {
    try {
      const answer = await client.embeddings.create(
        {
          model,
          input: [...texts],
          encoding_format: 'float',
          ...defined({ dimensions: asked }),
        },
        { signal: AbortSignal.any([signal, AbortSignal.timeout(REQUEST_MS)]) },
      );
      return { result: { kind: 'vectors', vectors: inOrder(answer, texts.length) } };
    } catch (error) {
      const failure =
        error instanceof BadAnswer
          ? { failure: 'crashed' as const, retry: false, answered: true, detail: error.message }
          : classifyRequestError(error, Date.now());
      const result = { kind: 'failed' as const, failure };
      if (!failure.retry || signal.aborted) return { result };
      const again = { why: failure.detail, ...defined({ retryAfterMs: failure.retryAfterMs }) };
      return { result, again };
    }
  }
  async function request(
    texts: readonly string[],
    signal: AbortSignal,
  ): Promise<readonly Float32Array[]> {
    const until = performance.now() + PATIENCE_MS;
    const { result, attempts } = await tryAgain(
      {
        maxAttempts: ATTEMPTS,
        wait,
        random,
        signal,
        on: () => undefined,
        timeLeft: () => until - performance.now(),
      },
      () => once(texts, signal),
    );
    signal.throwIfAborted();
    if (result.kind === 'vectors') return result.vectors;
    throw refused(result.failure, attempts);
  }
  /** A key must not reach a screen, also not when a server repeats it. */
  const refused = ({ failure, detail }: RequestFailure, attempts: number): NocturneError =>
    new NocturneError(
      'RUN_FAILED',
      `no embeddings from ${endpoint}: ${apiKey === '' ? detail : detail.replaceAll(apiKey, '[key]')}${attempts > 1 ? ` (${attempts} attempts)` : ''}`,
      { hint: HINTS[failure] ?? 'try again later, or choose another embedder' },
    );

  const dimensions =
    (await request(['a'], starting ?? new AbortController().signal))[0]?.length ?? 0;
  if (asked !== undefined && dimensions !== asked)
    throw new NocturneError(
      'RUN_FAILED',
      `the model ${model} at ${endpoint} gives ${dimensions} dimensions and not the ${asked} that are set`,
      { hint: `set ${dimensions}, or leave the setting out` },
    );
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
        const said = batch.filter((index) => (texts[index] ?? '').trim() !== '');
        const got =
          said.length === 0
            ? []
            : await request(
                said.map((index) => (texts[index] ?? '').slice(0, LONGEST)),
                signal,
              );
        for (const [place, vector] of got.entries()) {
          if (vector.length !== dimensions)
            throw new NocturneError(
              'RUN_FAILED',
              `the model ${model} at ${endpoint} gave ${vector.length} dimensions where it gave ${dimensions} before`,
              { hint: 'vectors of different length cannot be compared: choose one model' },
            );
          vectors[said[place] ?? 0] = normalise(vector);
        }
        done += batch.length;
        onProgress?.(done);
      }
      return vectors;
    },
    close: async () => undefined,
  };
}

/** Without what an address may hold of a password. */
function hostOf(endpoint: string): string {
  const { host, pathname } = new URL(endpoint);
  return `${host}${pathname.replace(/\/$/, '')}`;
}

class BadAnswer extends Error {}

/** @throws BadAnswer for one that is not a vector of numbers for each text. */
function inOrder(answer: unknown, count: number): readonly Float32Array[] {
  const data: unknown =
    typeof answer === 'object' && answer !== null && 'data' in answer ? answer.data : undefined;
  if (!Array.isArray(data) || data.length !== count)
    throw new BadAnswer(
      `The endpoint answered ${Array.isArray(data) ? `${data.length} vectors` : 'no list of vectors'} for ${count} texts.`,
    );
  const vectors: Float32Array[] = [];
  for (const [place, one] of (
    data as readonly { readonly index?: unknown; readonly embedding?: unknown }[]
  ).entries()) {
    const { embedding, index } = one ?? {};
    if (
      !Array.isArray(embedding) ||
      embedding.length === 0 ||
      !embedding.every((value) => typeof value === 'number' && Number.isFinite(value))
    )
      throw new BadAnswer('The endpoint answered something that is not a vector of numbers.');
    vectors[typeof index === 'number' ? index : place] = Float32Array.from(
      embedding as readonly number[],
    );
  }
  if (vectors.length !== count || vectors.includes(undefined as never))
    throw new BadAnswer('The endpoint numbered its vectors wrongly.');
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
