/** Rows of a log that name a time in a span, found by their dates: also in a long log, long ago. */
import { dateStamp } from '../kernel/clock.js';
import type { Rec } from '../markdown/types.js';
import type { Snapshot } from '../workspace/types.js';

const DAY_MS = 86_400_000;

/** Instants in milliseconds; `to` is not part of it. */
export type TimeSpan = { readonly from: number; readonly to: number };

/** Newest first; each once, and some that name another time of the same days. */
export function* rowsOfSpan(
  snapshot: Snapshot,
  object: string,
  { from, to }: TimeSpan,
): Generator<Rec> {
  const days: string[] = [];
  const first = Math.floor(from / DAY_MS) * DAY_MS;
  for (let day = first; day < to; day += DAY_MS) days.unshift(`${dateStamp(new Date(day))}T`);
  const seen = new Set<string>();
  for (const together of days)
    for (const row of snapshot.rows(object, { newestFirst: true, together })) {
      if (seen.has(row.key)) continue;
      seen.add(row.key);
      yield row;
    }
}
