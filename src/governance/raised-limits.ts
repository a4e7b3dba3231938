/**
 * What the owner has allowed beyond a limit. The audit log is the record: a row when it is allowed,
 * and for a pass another one when it is used, so that it is used once.
 */
import { z } from 'zod';
import { parsedJson } from '../kernel/parsed-json.js';
import type { Rec } from '../markdown/types.js';
import { fieldText } from '../project/field-text.js';
import { nightIn, ownerZone } from '../project/owner-zone.js';
import { rowsSince } from '../project/recent-rows.js';
import type { Snapshot } from '../workspace/types.js';

export const RAISE = 'limit_raise';
export const USED = 'used';

const Allowed = z.object({
  scope: z.string(),
  unit: z.string(),
  amount: z.number().positive(),
  /** For this night only. */
  night: z.string(),
});
export type Allowed = z.infer<typeof Allowed>;
/** `by`: the id of the question that the owner answered. */
export type Raise = Allowed & { readonly by: string };

const LONGEST_NIGHT_MS = 49 * 3_600_000;
const LONGEST_MONTH_MS = 32 * 24 * 3_600_000;

/** For the audit row. */
export function raiseText(raise: Allowed): string {
  return JSON.stringify(raise);
}

export function thisNight(snapshot: Snapshot): string {
  return nightIn(ownerZone(snapshot), snapshot.now);
}

/** For the next pass of the project, if it begins in the night for which it was allowed. */
export function raiseFor(snapshot: Snapshot, project: string): Raise | undefined {
  for (const row of raiseRows(snapshot, LONGEST_NIGHT_MS)) {
    if (fieldText(row, 'target') !== project) continue;
    const raise = fieldText(row, 'result') === USED ? undefined : readRaise(row);
    return raise?.night === thisNight(snapshot) ? raise : undefined;
  }
  return undefined;
}

/** Allowed for all passes together, in the limit's unit. */
export function raisedBy(snapshot: Snapshot, scope: 'night' | 'month', unit: string): number {
  const length = scope === 'night' ? 'YYYY-MM-DD'.length : 'YYYY-MM'.length;
  const period = thisNight(snapshot).slice(0, length);
  let sum = 0;
  for (const row of raiseRows(snapshot, scope === 'night' ? LONGEST_NIGHT_MS : LONGEST_MONTH_MS)) {
    const raise = readRaise(row);
    if (raise?.scope === scope && raise.unit === unit && raise.night.startsWith(period))
      sum += raise.amount;
  }
  return sum;
}

function raiseRows(snapshot: Snapshot, ms: number): Iterable<Rec> {
  const since = snapshot.now.getTime() - ms;
  const rows = rowsSince(snapshot, 'AUDIT', { field: 'time', since, containing: RAISE });
  return [...rows].filter((row) => fieldText(row, 'type') === RAISE);
}

function readRaise(row: Rec): Raise | undefined {
  const { data } = Allowed.safeParse(parsedJson(fieldText(row, 'detail')));
  return data === undefined ? undefined : { ...data, by: fieldText(row, 'authorisation') };
}
