/**
 * What the owner has allowed beyond a limit. The audit log is the record: a row when it is allowed,
 * and for a pass another one when it is used, so that it is used once.
 */
import { z } from 'zod';
import { parsedJson } from '../kernel/parsed-json.js';
import type { Rec } from '../markdown/types.js';
import { fieldText, fieldTime } from '../project/field-text.js';
import { monthIn, nightIn, ownerZone } from '../project/owner-zone.js';
import { rowsSince } from '../project/recent-rows.js';
import type { Snapshot } from '../workspace/types.js';

export const RAISE = 'limit_raise';
export const USED = 'used';

const Allowed = z.object({
  scope: z.string(),
  unit: z.enum(['tokens', 'cost']),
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
  const last = lastRaise(snapshot, project);
  return last?.usedBy === undefined ? last?.raise : undefined;
}

/** For the pass of the project that uses it now, or will. */
export function raiseOfPass(snapshot: Snapshot, project: string): Raise | undefined {
  const last = lastRaise(snapshot, project);
  const isOver = last?.usedBy !== undefined && snapshot.record('RUN', last.usedBy) !== undefined;
  return isOver ? undefined : last?.raise;
}

type Last = { readonly raise: Raise; readonly usedBy: string | undefined };

function lastRaise(snapshot: Snapshot, project: string): Last | undefined {
  let usedBy: string | undefined;
  for (const row of raiseRows(snapshot, LONGEST_NIGHT_MS)) {
    if (fieldText(row, 'target') !== project) continue;
    const raise = readRaise(row);
    // Another limit is raised by itself; a pass gets no more for that.
    if (raise !== undefined && raise.scope !== 'pass') continue;
    if (raise !== undefined)
      return raise.night === thisNight(snapshot) ? { raise, usedBy } : undefined;
    usedBy = fieldText(row, 'run_id');
  }
  return undefined;
}

/**
 * What is allowed beyond a limit in its period, by the unit. @param target `night`, `month`, or a
 * project
 */
export function raisedBy(
  snapshot: Snapshot,
  { scope, target, unit }: Pick<Allowed, 'scope' | 'unit'> & { readonly target: string },
): number {
  const isMonth = scope === 'month';
  const zone = ownerZone(snapshot);
  const isNow = (row: Rec, { night }: Raise): boolean =>
    isMonth
      ? monthIn(zone, new Date(fieldTime(row, 'time') ?? 0)) === monthIn(zone, snapshot.now)
      : night === thisNight(snapshot);
  let sum = 0;
  for (const row of raiseRows(snapshot, isMonth ? LONGEST_MONTH_MS : LONGEST_NIGHT_MS)) {
    const raise = fieldText(row, 'target') === target ? readRaise(row) : undefined;
    if (raise?.scope === scope && raise.unit === unit && isNow(row, raise)) sum += raise.amount;
  }
  return sum;
}

function raiseRows(snapshot: Snapshot, ms: number): Iterable<Rec> {
  const since = snapshot.now.getTime() - ms;
  const rows = rowsSince(snapshot, 'AUDIT', { field: 'time', since, containing: RAISE });
  return [...rows].filter((row) => fieldText(row, 'type') === RAISE);
}

function readRaise(row: Rec): Raise | undefined {
  if (fieldText(row, 'result') === USED) return undefined;
  const { data } = Allowed.safeParse(parsedJson(fieldText(row, 'detail')));
  return data === undefined ? undefined : { ...data, by: fieldText(row, 'authorisation') };
}
