/** What a request to a model has on its way through the mesh: no key, and only known headers. */
import type { IncomingHttpHeaders } from 'node:http';
import { parsedJson } from '../../../kernel/parsed-json.js';
import { membersOf } from '../calls/call.js';

/** The first chunk of an answer. */
export type ModelHead = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** The first text of the answer, if it came with the head. */
  readonly text?: string;
};
export type ModelRequest = {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly query: string;
  /** Empty for the list of models. */
  readonly model: string;
  readonly text: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The asker reads the text of a head. One of the release before does not say so. */
  readonly takesText: boolean;
};

export const REQUEST_HEADERS =
  /^(?:accept|user-agent|content-type|anthropic-version|anthropic-beta|openai-beta)$/;
export const ANSWER_HEADERS =
  /^(?:content-type|retry-after(?:-ms)?|x-should-retry|(?:x-)?request-id|(?:anthropic|openai|x-ratelimit)-.+)$/;

const PATHS = [
  '/v1/chat/completions',
  '/v1/completions',
  '/v1/embeddings',
  '/v1/responses',
  '/v1/messages',
  '/v1/messages/count_tokens',
  '/v1/models',
];

export function isModelPath(path: string): boolean {
  return PATHS.includes(path);
}

/** The model that the endpoint will see; empty for a request without one. */
export function modelIn(text: string): string {
  const { model } = membersOf(text === '' ? {} : parsedJson(text));
  return typeof model === 'string' ? model : '';
}

export function headersIn(
  headers: IncomingHttpHeaders | Readonly<Record<string, unknown>>,
  known: RegExp,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      known.test(name) && typeof value === 'string' ? [[name, value] as const] : [],
    ),
  );
}
