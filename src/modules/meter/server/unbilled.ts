/** Which answers of an endpoint cost nothing, because it refused before the model did any work. */
import { objectOf, textOf } from './protocols/json.js';
import type { Json } from './protocols/protocol.js';

/**
 * A request that is malformed, forbidden, unknown, too large or too early, and an endpoint that is
 * overloaded. Any other error may follow work that is billed: a time-out (408), a client that went
 * away (499), a gateway (502, 504).
 */
const UNBILLED = new Set([400, 401, 402, 403, 404, 405, 413, 415, 422, 429, 503, 529]);
/** Bills what it read of a request that it answers with 400. */
const BILLS_BAD_REQUESTS = /(?:^|\.)azure\.com$/;
/** The prompt was read by a model that classifies it. */
const FILTERED = 'content_filter';

export function isUnbilled(answer: {
  readonly status: number;
  readonly host: string;
  readonly body: Json;
}): boolean {
  const { status, host, body } = answer;
  if (status !== 400) return UNBILLED.has(status);
  const { code } = objectOf(body['error']);
  return !BILLS_BAD_REQUESTS.test(host) && textOf(code) !== FILTERED;
}
