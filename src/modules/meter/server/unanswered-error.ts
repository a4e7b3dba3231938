/** The error for a client whose endpoint gave no answer, or half of one. */
import { messageOf } from '../../../kernel/error.js';
import type { MeterError } from './error-shape.js';
import { withoutKey } from './headers.js';
import type { Unanswered } from './upstream.js';

export function unansweredError({ code, isLate }: Unanswered, { host }: URL): MeterError {
  return isLate
    ? { status: 504, code: 'upstream_late', message: `${host} does not answer in time.` }
    : { status: 502, code: 'upstream_unreachable', message: `${host} cannot be reached: ${code}.` };
}

export function cutError(error: unknown, { host, key }: { host: string; key: string }): MeterError {
  const message = `The answer of ${host} is not complete: ${withoutKey(messageOf(error), key)}.`;
  return { status: 502, code: 'upstream_cut', message };
}
