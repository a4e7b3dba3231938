/** Requests to an OpenAI-compatible endpoint, limited in time and size, with retries. */
import type { ChatCompletionMessageParam } from 'openai/resources/chat/completions';
import { defined } from '../kernel/defined.js';
import { type Wait, tryAgain, type Attempt } from './retry.js';
import { readAnswer, type ChatAnswer } from './chat-answer.js';
import type { chatFunctions } from './chat-tools.js';
import { type ErrorParts, errorOfBody } from './error-body.js';
import { classifyRequestError, type RequestFailure } from './classify-request-error.js';
import type { Failed, RunClock } from './run-clock.js';
import { openaiClient } from './openai-client.js';
import { spokenDuration } from './spoken-duration.js';
import { lateAnswer } from './transport-failure.js';
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
  const { failure, detail, limit, isUnsent, retry, retryAfterMs } = answered;
  const result = { kind: 'failed', failure, detail, ...defined({ limit, isUnsent }) } as const;
  return retry ? { result, again: { why: detail, ...defined({ retryAfterMs }) } } : { result };
}

async function sender(options: ChatClientOptions): Promise<Send> {
  const { endpoint, apiKey, model, signal, maxAnswerBytes, tools } = options;
  const seen: Seen = { exceeded: false, error: undefined };
  const client = await openaiClient({
    endpoint,
    apiKey,
    // The SDK's time-out does not cover an answer that stops half way; the run's signals do.
    timeout: 2 ** 31 - 1,
    fetch: boundedFetch(maxAnswerBytes, seen),
  });
  return async (messages, turn, timeoutMs) => {
    const late = AbortSignal.timeout(Math.max(1, Math.ceil(timeoutMs)));
    Object.assign(seen, { exceeded: false, error: undefined });
    try {
      const response = await client.chat.completions
        .create(
          {
            model,
            messages: [...messages],
            stream: false,
            // Servers reject an empty list.
            ...defined({ tools: tools.length === 0 ? undefined : [...tools] }),
          },
          { signal: AbortSignal.any([signal, late]) },
        )
        .asResponse();
      const read = readAnswer(await response.text(), turn);
      if (read.kind === 'error') return classified(read.error, options);
      return read.kind === 'broken'
        ? { failure: 'transient', retry: true, answered: true, detail: read.detail }
        : read;
    } catch (error) {
      if (signal.aborted) return CANCELLED;
      if (seen.exceeded) return tooLong(maxAnswerBytes);
      return late.aborted ? tooLate(endpoint, timeoutMs) : classified(seen.error ?? error, options);
    }
  };
}

/** A server may repeat the key, and a record must not contain it. */
function classified(
  error: unknown,
  { apiKey, endpoint }: Pick<ChatClientOptions, 'apiKey' | 'endpoint'>,
): RequestFailure {
  const failed = classifyRequestError(error, { now: Date.now(), endpoint });
  return apiKey === '' ? failed : { ...failed, detail: failed.detail.replaceAll(apiKey, '[key]') };
}

function tooLong(maxBytes: number): RequestFailure {
  const detail = `The endpoint's answer is longer than ${maxBytes} bytes.`;
  return { failure: 'output-flood', retry: false, answered: true, detail };
}

function tooLate(endpoint: string, ms: number): RequestFailure {
  const late = lateAnswer(endpoint, spokenDuration(ms));
  return { failure: 'transient', answered: false, ...late };
}

/** `error`: what the endpoint said, of which the SDK keeps one form only. */
type Seen = { exceeded: boolean; error: ErrorParts | undefined };

function boundedFetch(maxBytes: number, seen: Seen): typeof fetch {
  return async (url, init) => {
    const response = await fetch(url, init);
    const { status, statusText, headers } = response;
    if (response.body === null) return response;
    let read = 0;
    const bounded = new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        read += chunk.length;
        if (read <= maxBytes) return controller.enqueue(chunk);
        seen.exceeded = true;
        controller.error(new Error('answer too long'));
      },
    });
    const answer = new Response(response.body.pipeThrough(bounded), {
      status,
      statusText,
      headers,
    });
    if (!response.ok) {
      const error = errorOfBody(await answer.text());
      seen.error = { ...error, status, headers };
      return new Response(null, { status, headers });
    }
    return answer;
  };
}
