/** Classifies a failed request to a chat endpoint, and says whether to retry it. */
import { defined } from '../kernel/defined.js';
import { retryAfterMs } from './retry.js';
import type { ErrorParts } from './error-body.js';
import { quotedLine } from './quoted-line.js';
import { limitOfHeaders, type ReachedLimit } from './reached-limit.js';
import { transportFailure } from './transport-failure.js';
import type { FailureCode } from './types.js';

export type RequestFailure = {
  readonly failure: FailureCode;
  readonly retry: boolean;
  readonly retryAfterMs?: number;
  /** The endpoint was reached. */
  readonly answered: boolean;
  readonly detail: string;
  readonly limit?: ReachedLimit;
  /** No request can have arrived, so nothing was used. */
  readonly isUnsent?: true;
};

/** Codes and types that say more than the status, or come with a misleading one. */
const FAILURE_OF_CODE: ReadonlyMap<unknown, FailureCode> = new Map([
  ['invalid_api_key', 'auth-required'],
  ['authentication_error', 'auth-required'],
  ['model_not_found', 'not-found'],
  ['insufficient_quota', 'over-budget'],
  ['billing_hard_limit_reached', 'over-budget'],
  ['context_length_exceeded', 'over-budget'],
  ['exceed_context_size_error', 'over-budget'],
]);
const FAILURE_OF_STATUS: ReadonlyMap<number, FailureCode> = new Map([
  [401, 'auth-required'],
  [402, 'over-budget'],
  [403, 'auth-required'],
  [404, 'not-found'],
  [408, 'transient'],
  [409, 'transient'],
  [413, 'over-budget'],
  [425, 'transient'],
  [429, 'rate-limited'],
  [529, 'rate-limited'],
]);
/**
 * A prompt that is too long has no code of its own in many servers, and some answer 500. These are
 * their words for it; the only ones that decide anything.
 */
const TOO_LONG =
  /context (?:length|size|window)|maximum (?:context|prompt|input|sequence|model) length|(?:prompt|input|request) (?:is |was )?too (?:long|large)|too many (?:input |prompt )?tokens|max_model_len|n_ctx|num_ctx/i;
const MAY_BE_TOO_LONG: ReadonlySet<number> = new Set([400, 413, 422, 500]);

/**
 * @param options.now milliseconds since 1970, for a `Retry-After` that is a date.
 * @param options.endpoint named in the sentence about a connection that was not made.
 * @param options.page where the owner wrote it.
 */
export function classifyRequestError(
  error: unknown,
  {
    now,
    endpoint = '',
    page,
  }: { readonly now: number; readonly endpoint?: string; readonly page?: string },
): RequestFailure {
  const parts: ErrorParts =
    typeof error === 'object' && error !== null ? error : { message: String(error) };
  const { status, code, type } = parts;
  if (typeof status !== 'number') {
    const failed = transportFailure(parts, endpoint, page);
    return { failure: failed.retry ? 'transient' : 'crashed', answered: false, ...failed };
  }
  const reason = sentence(parts);
  const detail = `The endpoint answered ${status}: ${reason}`;
  const limit = status === 402 ? limitOfHeaders(parts.headers) : undefined;
  if (limit !== undefined)
    return { failure: 'limit-reached', retry: false, answered: true, detail: reason, limit };
  const failure =
    FAILURE_OF_CODE.get(code) ??
    FAILURE_OF_CODE.get(type) ??
    (MAY_BE_TOO_LONG.has(status) && TOO_LONG.test(reason)
      ? 'over-budget'
      : failureOfStatus(status));
  const retry = failure === 'rate-limited' || failure === 'transient';
  return {
    failure,
    retry,
    answered: true,
    detail,
    ...(retry ? asked(parts, now) : {}),
  };
}

export function failureOfStatus(status: number): FailureCode {
  return FAILURE_OF_STATUS.get(status) ?? (status >= 500 ? 'transient' : 'crashed');
}

function asked({ headers }: ErrorParts, now: number): { readonly retryAfterMs?: number } {
  const ms =
    headers instanceof Headers ? retryAfterMs((name) => headers.get(name), now) : undefined;
  return defined({ retryAfterMs: ms });
}

function sentence({ message }: ErrorParts): string {
  const text = typeof message === 'string' && message !== '' ? message : 'no reason was given';
  return quotedLine(text, 300);
}
