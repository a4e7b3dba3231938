/** One request that carries a message, and what became of it. */
import { retryAfterMs } from '../../../agents/retry.js';
import type { Sent } from './connection.js';

const PATIENCE_MS = 20_000;

export type Posting = {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly signal: AbortSignal;
  readonly now: number;
};

/** Redirects are not followed: nobody allowed where they go. Errors never show the address. */
export async function httpPost({ url, headers, body, signal, now }: Posting): Promise<Sent> {
  let response: Response;
  try {
    response = await fetch(url, {
      method: 'POST',
      headers,
      body,
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]),
    });
  } catch (error) {
    return failedPost(error);
  }
  await response.body?.cancel().catch(() => undefined);
  if (response.ok) return { kind: 'sent', message: '' };
  const { status } = response;
  const why = `the server answered ${status}`;
  if (status === 429 || status === 408 || status >= 500) {
    const after = retryAfterMs((name) => response.headers.get(name), now);
    return { kind: 'failed', why, ...(after === undefined ? {} : { retryAfterMs: after }) };
  }
  // A wrong key or address is the channel's fault, not the message's.
  if ([401, 403, 404, 407].includes(status) || status < 400) return { kind: 'failed', why };
  return { kind: 'refused', why };
}

const NEVER_LEFT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

const UNTRUSTED = new Set([
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/** Never the text of another program's error: it may show an address that is a secret. */
export function failureText(code: string): string {
  if (code === '') return 'it gave no proper answer';
  if (UNTRUSTED.has(code)) return `its certificate is not trusted (${code})`;
  return `the connection failed (${code})`;
}

/** Of a request without an answer. */
export function failedPost(error: unknown): Sent {
  const code = causeCode(error);
  return { kind: 'failed', why: failureText(code), mayHaveArrived: !NEVER_LEFT.has(code) };
}

/** `originalCode`: nodemailer's, where its own code says only that there was trouble. */
export function causeCode(error: unknown): string {
  let at: unknown = error;
  for (let depth = 0; depth < 5 && typeof at === 'object' && at !== null; depth++) {
    if ('originalCode' in at && typeof at.originalCode === 'string') return at.originalCode;
    if ('code' in at && typeof at.code === 'string') return at.code;
    const inner: { readonly cause?: unknown; readonly error?: unknown } = at;
    at = inner.cause ?? inner.error;
  }
  return '';
}
