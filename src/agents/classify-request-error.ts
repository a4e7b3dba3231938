/** Classifies a failed request to a chat endpoint, and says whether to retry it. */
import { defined } from '../kernel/defined.js';
import { retryAfterMs } from './retry.js';
import { printable } from './output-tail.js';
import type { FailureCode } from './types.js';

export type RequestFailure = {
  readonly failure: FailureCode;
  readonly retry: boolean;
  readonly retryAfterMs?: number;
  /** The endpoint was reached. */
  readonly answered: boolean;
  readonly detail: string;
};

/** The fields that are read of an SDK error, or of an error in a body. */
type ErrorParts = {
  readonly status?: unknown;
  readonly code?: unknown;
  readonly type?: unknown;
  readonly message?: unknown;
  readonly headers?: unknown;
  readonly cause?: unknown;
};

/**
 * 401, 403: `auth-required`. 402 and an exhausted quota: `over-budget`. 429, 529: `rate-limited`,
 * again later. 408, 409, 425, 5xx and broken connections: `transient`, again later. 404:
 * `not-found`. A request that exceeds the model's context: `over-budget`. Any other 4xx: `crashed`.
 * @param now milliseconds since 1970, for a `Retry-After` that is a date.
 */
export function classifyRequestError(error: unknown, now: number): RequestFailure {
  const parts: ErrorParts =
    typeof error === 'object' && error !== null ? error : { message: String(error) };
  const status = typeof parts.status === 'number' ? parts.status : undefined;
  const message = sentence(parts);
  if (status === undefined)
    return {
      failure: 'transient',
      retry: true,
      answered: false,
      detail: `The endpoint could not be reached: ${message}`,
    };
  const no = {
    retry: false,
    answered: true,
    detail: `The endpoint answered ${status}: ${message}`,
  };
  if (parts.code === 'insufficient_quota' || parts.type === 'insufficient_quota')
    return { failure: 'over-budget', ...no };
  if (isContextLength(status, parts, message)) return { failure: 'over-budget', ...no };
  const failure = failureOfStatus(status);
  return failure === 'rate-limited' || failure === 'transient'
    ? { failure, ...no, retry: true, ...asked(parts, now) }
    : { failure, ...no };
}

/** What the status of an answer alone says. */
export function failureOfStatus(status: number): FailureCode {
  if (status === 401 || status === 403) return 'auth-required';
  if (status === 402 || status === 413) return 'over-budget';
  if (status === 429 || status === 529) return 'rate-limited';
  if (status === 408 || status === 409 || status === 425 || status >= 500) return 'transient';
  return status === 404 ? 'not-found' : 'crashed';
}

/** Only some servers give a code for it; the others are known by their wording alone. */
function isContextLength(status: number, { code }: ErrorParts, message: string): boolean {
  if (status === 413 || code === 'context_length_exceeded') return true;
  return (
    (status === 400 || status === 422) &&
    /context (length|window|size)|maximum context|too many tokens|prompt is too long|exceeds the (available )?context/i.test(
      message,
    )
  );
}

function asked({ headers }: ErrorParts, now: number): { readonly retryAfterMs?: number } {
  const ms =
    headers instanceof Headers ? retryAfterMs((name) => headers.get(name), now) : undefined;
  return defined({ retryAfterMs: ms });
}

function sentence({ message, cause }: ErrorParts): string {
  const causes = [
    message,
    ...(cause instanceof Error
      ? [cause.message, cause.cause instanceof Error ? cause.cause.message : undefined]
      : []),
  ];
  const text = causes
    .filter((part): part is string => typeof part === 'string' && part !== '')
    .join(': ');
  return printable(text === '' ? 'no reason was given' : text)
    .replace(/\s+/g, ' ')
    .slice(0, 300);
}
