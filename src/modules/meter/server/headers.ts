/** Which headers go to the endpoint and which come back; no other one matters to a client. */
import { defined } from '../../../kernel/defined.js';
import type { Answered } from './upstream.js';

const UP = ['accept', 'user-agent', 'anthropic-version', 'anthropic-beta', 'openai-beta'];
const DOWN =
  /^(?:content-type|retry-after(?:-ms)?|x-should-retry|(?:x-)?request-id|(?:anthropic|openai|x-ratelimit)-.+)$/;

/** How the client identifies itself, which is how the endpoint wants the key. */
export type Scheme = 'bearer' | 'x-api-key';
export type Credential = { readonly token: string; readonly scheme: Scheme };

export function credentialOf(headers: Headers): Credential | undefined {
  const key = headers.get('x-api-key');
  if (key !== null && key !== '') return { token: key, scheme: 'x-api-key' };
  const [, token] = /^Bearer\s+(\S+)$/i.exec(headers.get('authorization') ?? '') ?? [];
  return token === undefined ? undefined : { token, scheme: 'bearer' };
}

/** @param key empty: the endpoint needs none. */
export function headersUp(
  headers: Headers,
  { key, scheme, bytes }: { key: string; scheme: Scheme; bytes: number },
): Readonly<Record<string, string>> {
  const passed = UP.flatMap((name) => {
    const value = headers.get(name);
    return value === null ? [] : [[name, value] as const];
  });
  return {
    ...Object.fromEntries(passed),
    'accept-encoding': 'identity',
    ...(bytes === 0 ? {} : { 'content-type': 'application/json', 'content-length': String(bytes) }),
    ...defined({
      authorization: key !== '' && scheme === 'bearer' ? `Bearer ${key}` : undefined,
      'x-api-key': key !== '' && scheme === 'x-api-key' ? key : undefined,
    }),
  };
}

export function headersDown(headers: Answered['headers'], key: string): Headers {
  const passed = new Headers();
  for (const [name, value] of Object.entries(headers))
    if (DOWN.test(name) && value !== undefined) passed.set(name, withoutKey(String(value), key));
  return passed;
}

/** An upstream may repeat the key, which nobody behind the meter may see. */
export function withoutKey(text: string, key: string): string {
  return key === '' ? text : text.replaceAll(key, '[key]');
}

export function bytesWithoutKey(bytes: Buffer, key: string): Buffer {
  return key === '' || !bytes.includes(key)
    ? bytes
    : Buffer.from(withoutKey(bytes.toString('utf8'), key));
}
