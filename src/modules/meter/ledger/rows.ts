/** The rows of the ledger. Each is one line of JSON with its link as the last member. */
import type { CallRow, Protocol, Settled, Spend } from './types.js';

export type ReserveRow = CallRow & {
  readonly kind: 'reserve';
  readonly id: string;
  readonly time: string;
  /** The owner's night and month at that time. */
  readonly night: string;
  readonly month: string;
  readonly inputTokens: number;
  readonly maxOutput: number;
  /** Answers that may each have so many tokens, if not 1. */
  readonly choices?: number;
  /** The output limit that the request had, if it was lowered or missing. */
  readonly asked?: number | 'none';
  readonly tokens: number;
  /** Missing: the model has no price. */
  readonly nanos?: number;
};

export type SettleRow = {
  readonly kind: 'settle';
  readonly id: string;
  readonly time: string;
  readonly how: Settled['kind'];
  readonly input?: number;
  readonly output?: number;
  readonly cacheRead?: number;
  readonly cacheWrite?: number;
  readonly tokens: number;
  readonly nanos?: number;
  readonly over?: Spend;
};

export type LedgerRow = ReserveRow | SettleRow;

/** `undefined`: this is not a row of ours. */
export function ledgerRow(value: unknown): LedgerRow | undefined {
  if (!isObject(value)) return undefined;
  const { kind, id, time, tokens, nanos } = value;
  const isWhole = isCount(tokens) && (nanos === undefined || isCount(nanos));
  if (typeof id !== 'string' || typeof time !== 'string' || !isWhole) return undefined;
  if (kind === 'settle' && ['counted', 'unconfirmed', 'not-sent'].includes(String(value['how'])))
    return value as SettleRow;
  const texts = ['runId', 'project', 'runner', 'model', 'protocol', 'note', 'night', 'month'];
  if (kind === 'reserve' && texts.every((name) => typeof value[name] === 'string'))
    return value as ReserveRow & { readonly protocol: Protocol };
  return undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}
