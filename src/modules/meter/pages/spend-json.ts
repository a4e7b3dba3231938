/** What `spend --json` prints, as the page reads it. */
import type { Worked, WorkedTime } from '../report/worked-time.js';

type Amount = { readonly tokens: number; readonly cost: number };
export type Sum = Amount & {
  readonly calls: number;
  readonly unpricedTokens: number;
  readonly running: Amount;
  readonly unconfirmed: Amount;
  readonly overcharged: Amount;
};
export type Named = Sum & { readonly name: string };
export type LimitJson = {
  readonly scope: string;
  readonly project?: string;
  readonly unit: 'tokens' | 'cost';
  readonly limit: number;
  readonly used: number;
};
export type SpendJson = {
  readonly since: string;
  readonly until: string;
  readonly currency: string | null;
  readonly total: Sum;
  readonly day: readonly Named[];
  readonly project: readonly Named[];
  readonly model: readonly Named[];
  readonly overchargedBy: readonly (Amount & { readonly name: string })[];
  readonly notEnforced: Amount & { readonly passes: number };
  readonly limits: readonly LimitJson[];
  readonly problems: readonly string[];
  readonly stopped: { readonly since: string; readonly until: string } | null;
  readonly ledger: { readonly rows: number; readonly lost: readonly string[] };
  readonly unsigned: string | null;
  readonly worked: WorkedTime;
};

/** What was spent and how long passes worked, under one name. */
export type Row = {
  readonly name: string;
  readonly sum: Sum | undefined;
  readonly worked: Worked | undefined;
};

export function rowsOf(sums: readonly Named[], worked: readonly Worked[]): readonly Row[] {
  const names = new Set([...sums, ...worked].map(({ name }) => name));
  return [...names].map((name) => ({
    name,
    sum: sums.find((sum) => sum.name === name),
    worked: worked.find((work) => work.name === name),
  }));
}
