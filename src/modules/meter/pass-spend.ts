/** What an account used since a moment: by the rows that the ledger got since then. */
import { closeSync, openSync, readSync, statSync } from '../../kernel/files.js';
import { parsedJson } from '../../kernel/parsed-json.js';
import { ledgerPath } from './ledger/ledger.js';
import { NANOS } from './ledger/money.js';
import { type LedgerRow, ledgerRow } from './ledger/rows.js';
import { meterDirectory } from './live-meter.js';

/** How long the ledger is. */
export function ledgerLength(state: string): number {
  return statSync(pathOf(state), { throwIfNoEntry: false })?.size ?? 0;
}

/** What is not settled yet counts as reserved. `cost`: unknown if any of it has no price. */
export function spentSince(
  state: string,
  length: number,
  account: string,
): { readonly tokens: number; readonly cost: number | undefined } {
  const calls = new Map<string, LedgerRow>();
  for (const row of rowsSince(state, length))
    if (row.kind === 'settle' ? calls.has(row.id) : row.runId === account) calls.set(row.id, row);
  const rows = [...calls.values()];
  const total = (of: (row: LedgerRow) => number): number =>
    rows.reduce((sum, row) => sum + of(row), 0);
  const isPriced = rows.every(({ tokens, nanos }) => tokens === 0 || nanos !== undefined);
  return {
    tokens: total(({ tokens }) => tokens),
    cost: isPriced ? total(({ nanos = 0 }) => nanos) / NANOS : undefined,
  };
}

function rowsSince(state: string, length: number): readonly LedgerRow[] {
  const path = pathOf(state);
  const content = Buffer.alloc(Math.max(0, ledgerLength(state) - length));
  if (content.length === 0) return [];
  const file = openSync(path, 'r');
  try {
    readSync(file, content, 0, content.length, length);
  } finally {
    closeSync(file);
  }
  return content
    .toString('utf8')
    .split('\n')
    .flatMap((line) => ledgerRow(parsedJson(line)) ?? []);
}

function pathOf(state: string): string {
  return ledgerPath(meterDirectory(state));
}
