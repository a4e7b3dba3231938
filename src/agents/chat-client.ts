/** Requests to an OpenAI-compatible endpoint, limited in time and size, with retries. */
import type { ChatCompletionMessageParam } from 'openai/resources/chat/completions';
import { defined } from '../kernel/defined.js';
import { type Wait, tryAgain, type Attempt } from './retry.js';
import { readAnswer, type ChatAnswer } from './chat-answer.js';
import type { chatFunctions } from './chat-tools.js';
import { classifyRequestError, type RequestFailure } from './classify-request-error.js';
import type { Failed, RunClock } from './run-clock.js';
import { spokenDuration } from './spoken-duration.js';
import type { RunEvent } from './types.js';

export type Exchange =
  | { readonly kind: 'answer'; readonly answer: ChatAnswer }
  | ({ readonly kind: 'failed' } & Failed);

export type ChatClientOptions = {
  readonly endpoint: string;
  /** Empty: the endpoint needs none. */
  readonly apiKey: string;
  readonly model: string;
  readonly signal: AbortSignal;
  readonly on: (event: RunEvent) => void;
  readonly wait: Wait;
  /** A number in [0, 1). */
  readonly random: () => number;
  readonly clock: RunClock;
  readonly requestMs: number;
  readonly maxAttempts: number;
  readonly maxAnswerBytes: number;
  readonly tools: ReturnType<typeof chatFunctions>;
};

export type ChatClient = {
  ask(messages: readonly ChatCompletionMessageParam[], turn: number): Promise<Exchange>;
};

const CANCELLED = {
  kind: 'failed',
  failure: 'cancelled',
  detail: 'The run was cancelled.',
} as const;

type Messages = readonly ChatCompletionMessageParam[];
type Send = (messages: Messages, turn: number, ms: number) => Promise<Exchange | RequestFailure>;

export async function chatClient(options: ChatClientOptions): Promise<ChatClient> {
  const { clock, signal, wait, random, on, maxAttempts } = options;
  const send = await sender(options);
  return {
    async ask(messages, turn) {
      const { result, attempts, tooLongMs, cancelled } = await tryAgain(
        { maxAttempts, wait, random, signal, on, timeLeft: clock.total },
        () => attempt(options, (ms) => send(messages, turn, ms)),
      );
      if (cancelled) return CANCELLED;
      if (result.kind === 'answer') return result;
      if (tooLongMs !== undefined)
        return {
          ...result,
          detail: `${result.detail} The next attempt would be in ${spokenDuration(tooLongMs)}, which is longer than this run can wait.`,
        };
      return attempts > 1
        ? { ...result, detail: `${result.detail} (${attempts} attempts)` }
        : result;
    },
  };
}

/** The end of the run takes precedence over the result of a request. */
async function attempt(
  { clock, requestMs }: ChatClientOptions,
  send: (ms: number) => ReturnType<Send>,
): Promise<Attempt<Exchange>> {
  clock.beat();
  const before = clock.failure();
  if (before !== undefined) return { result: { kind: 'failed', ...before } };
  const answered = await send(Math.min(requestMs, clock.left()));
  if ('kind' in answered) return { result: answered };
  if (answered.answered) clock.beat();
  const after = clock.failure();
  if (after !== undefined) return { result: { kind: 'failed', ...after } };
  const { failure, detail, retry, retryAfterMs } = answered;
  const result = { kind: 'failed', failure, detail } as const;
  return retry ? { result, again: { why: detail, ...defined({ retryAfterMs }) } } : { result };
}

async function sender(options: ChatClientOptions): Promise<Send> {
  const { endpoint, apiKey, model, signal, maxAnswerBytes, tools } = options;
  const { OpenAI } = await import('openai');
  const size = { exceeded: false };
  const client = new OpenAI({
    baseURL: endpoint,
    apiKey: apiKey === '' ? 'none' : apiKey,
    organization: null,
    project: null,
    maxRetries: 0,
    logLevel: 'off',
    // The SDK's time-out does not cover an answer that stops half way; the run's signals do.
    timeout: 2 ** 31 - 1,
    fetch: boundedFetch(maxAnswerBytes, size),
  });
  return async (messages, turn, timeoutMs) => {
    const late = AbortSignal.timeout(Math.max(1, Math.ceil(timeoutMs)));
    size.exceeded = false;
    try {
      const body: unknown = await client.chat.completions.create(
        {
          model,
          messages: [...messages],
          stream: false,
          // Servers reject an empty list.
          ...defined({ tools: tools.length === 0 ? undefined : [...tools] }),
        },
        { signal: AbortSignal.any([signal, late]) },
      );
      const read = readAnswer(body, turn);
      if (read.kind === 'error') return classified(read.error, apiKey);
      return read.kind === 'broken'
        ? { failure: 'transient', retry: true, answered: true, detail: read.detail }
        : read;
    } catch (error) {
      if (signal.aborted) return CANCELLED;
      if (size.exceeded) return tooLong(maxAnswerBytes);
      return late.aborted ? tooLate(timeoutMs) : classified(error, apiKey);
    }
  };
}

/** A server may repeat the key, and a record must not contain it. */
function classified(error: unknown, apiKey: string): RequestFailure {
  const failed = classifyRequestError(error, Date.now());
  return apiKey === '' ? failed : { ...failed, detail: failed.detail.replaceAll(apiKey, '[key]') };
}

function tooLong(maxBytes: number): RequestFailure {
  const detail = `The endpoint's answer is longer than ${maxBytes} bytes.`;
  return { failure: 'output-flood', retry: false, answered: true, detail };
}

function tooLate(ms: number): RequestFailure {
  const detail = `The endpoint did not answer within ${spokenDuration(ms)}.`;
  return { failure: 'transient', retry: true, answered: false, detail };
}

function boundedFetch(maxBytes: number, size: { exceeded: boolean }): typeof fetch {
  return async (url, init) => {
    const response = await fetch(url, init);
    if (response.body === null) return response;
    let read = 0;
    const bounded = new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        read += chunk.length;
        if (read <= maxBytes) return controller.enqueue(chunk);
        size.exceeded = true;
        controller.error(new Error('answer too long'));
      },
    });
    return new Response(response.body.pipeThrough(bounded), {
      status: response.status,
      statusText: response.statusText,
      headers: response.headers,
    });
  };
}
