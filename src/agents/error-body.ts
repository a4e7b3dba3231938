/** Reads what an endpoint says about a failure; servers that claim to be compatible differ. */
import { z } from 'zod';
import { quotedLine } from './quoted-line.js';

/** The fields that are read of an error, whether it comes from a body or from the SDK. */
export type ErrorParts = {
  readonly status?: unknown;
  readonly code?: unknown;
  readonly type?: unknown;
  readonly message?: unknown;
  readonly headers?: unknown;
  readonly cause?: unknown;
};

const Said = z.object({
  message: z.unknown(),
  detail: z.unknown(),
  msg: z.unknown(),
  error: z.unknown(),
  errors: z.unknown(),
  code: z.unknown(),
  type: z.unknown(),
});

/** @param body the text of an answer with a status other than success. */
export function errorOfBody(body: string): ErrorParts {
  try {
    return errorOf(JSON.parse(body)) ?? { message: quotedLine(body) };
  } catch {
    return { message: body.trim() === '' ? 'The answer has no body.' : quotedLine(body) };
  }
}

/** Of a parsed body: `error`, `message`, `detail` or `errors`, at the top, nested or in a list. */
export function errorOf(value: unknown, depth = 4): ErrorParts | undefined {
  if (typeof value === 'string') return value.trim() === '' ? undefined : { message: value };
  if (depth === 0 || typeof value !== 'object' || value === null) return undefined;
  if (Array.isArray(value)) return errorOf(value[0], depth - 1);
  const { code, type, message, msg, error, detail, errors } = Said.partial().parse(value);
  const own = { code, type };
  if (typeof message === 'string' && message !== '') return { ...own, message };
  for (const inner of [error, message, detail, msg, errors]) {
    const found = errorOf(inner, depth - 1);
    if (found !== undefined)
      return { code: found.code ?? code, type: found.type ?? type, message: found.message };
  }
  return code === undefined && type === undefined ? undefined : own;
}
