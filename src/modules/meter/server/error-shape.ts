/** Errors of the meter itself, in the shape that the clients of each protocol expect. */
import { defined } from '../../../kernel/defined.js';
import type { Protocol } from './protocols/protocol.js';

export type MeterError = {
  readonly status: 400 | 401 | 402 | 404 | 413 | 500 | 502 | 504;
  readonly code: string;
  readonly message: string;
  /** The field of the request that the message is about. */
  readonly param?: string;
  readonly headers?: Readonly<Record<string, string>>;
};

/** Anthropic's names for kinds of errors. */
const TYPES: Readonly<Record<MeterError['status'], string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  402: 'billing_error',
  404: 'not_found_error',
  413: 'request_too_large',
  500: 'api_error',
  502: 'api_error',
  504: 'timeout_error',
};

export function errorResponse(family: Protocol['family'], error: MeterError): Response {
  const { status, code, message, param, headers } = error;
  const body =
    family === 'anthropic'
      ? { type: 'error', error: { type: TYPES[status], message, ...defined({ code, param }) } }
      : { error: { message, type: TYPES[status], code, param: param ?? null } };
  return Response.json(body, { status, headers: { ...headers } });
}
