/** A call of one node to another: what is asked, what comes back, and what the asker knows then. */
import { parsedJson } from '../../../kernel/parsed-json.js';

/**
 * `tool`: one of the tools that the other owner names. `search`: what the other workspace knows.
 * `ask`: a pass of an agent there. `model`: a request to a model there.
 * `review`: its grader looks at a result. `turn`: one turn of a circle.
 */
export const CALL_KINDS = ['tool', 'search', 'ask', 'model', 'review', 'turn'] as const;
export type CallKind = (typeof CALL_KINDS)[number];

export type CallRequest = {
  readonly kind: CallKind;
  /** Chosen by the asker: the same key is carried out once, and gets the same answer. */
  readonly key: string;
  /** The other side gives up after so long, whatever it does. */
  readonly totalMs: number;
  readonly body: unknown;
};

/** Why a call was not carried out, or failed. Branch on it. */
export const CALL_CODES = [
  'not-allowed',
  'malformed',
  'too-large',
  'busy',
  'key-reused',
  'not-found',
  'refused',
  'failed',
  'cancelled',
  'too-late',
  'unknown',
] as const;
export type CallCode = (typeof CALL_CODES)[number];

/** `chunks`: how many there were before it. */
export type CallAnswer = { readonly chunks: number } & (
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly code: CallCode; readonly why: string }
);

/**
 * `refused`: it was not carried out, so another node may be asked. `unknown`: nothing was heard for
 * too long, which does not say that it was not done. `missing`: chunks that never arrived.
 */
export type CallOutcome = { readonly node: string; readonly call: string } & (
  | { readonly kind: 'answered'; readonly value: unknown; readonly missing: readonly number[] }
  | {
      readonly kind: 'refused' | 'failed' | 'unknown' | 'cancelled';
      readonly code: CallCode;
      readonly why: string;
    }
);

export class CallError extends Error {
  override readonly name = 'CallError';
  readonly code: CallCode;
  constructor(code: CallCode, message: string) {
    super(message);
    this.code = code;
  }
}

const ID = /^[\w-]{8,80}$/;
const LONGEST_MS = 24 * 3_600_000;

export function isCallId(value: unknown): value is string {
  return typeof value === 'string' && ID.test(value);
}

/** @throws CallError `malformed` */
export function readRequest(text: string): CallRequest {
  const { kind, key, totalMs, body } = membersOf(parsedJson(text));
  const known = CALL_KINDS.find((each) => each === kind);
  const isTime = typeof totalMs === 'number' && totalMs > 0 && totalMs <= LONGEST_MS;
  if (known === undefined || !isCallId(key) || !isTime)
    throw new CallError('malformed', 'a call of a known kind with a key and a time was expected');
  return { kind: known, key, totalMs, body };
}

/** What looks different counts as a failure of the other node. */
export function readAnswer(text: string): CallAnswer {
  const { ok, value, code, why, chunks } = membersOf(parsedJson(text));
  const count = Number.isSafeInteger(chunks) && Number(chunks) >= 0 ? Number(chunks) : 0;
  if (ok === true) return { ok, value, chunks: count };
  const known = CALL_CODES.find((each) => each === code) ?? 'failed';
  return { ok: false, code: known, why: String(why).slice(0, 1_000), chunks: count };
}

export function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

const NOT_BEGUN: readonly CallCode[] = ['not-allowed', 'malformed', 'too-large', 'busy'];

export function outcomeKind(code: CallCode): 'refused' | 'failed' | 'unknown' | 'cancelled' {
  if (code === 'cancelled' || code === 'unknown') return code;
  const isRefusal = NOT_BEGUN.includes(code) || code === 'key-reused' || code === 'not-found';
  return isRefusal ? 'refused' : 'failed';
}
