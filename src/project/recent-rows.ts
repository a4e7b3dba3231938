/** Rows of logs for decisions, found from the end: nobody reads a long log for its last rows. */
import { defined } from '../kernel/defined.js';
import type { Rec } from '../markdown/types.js';
import type { Snapshot } from '../workspace/types.js';
import { fieldText, fieldTime } from './field-text.js';

/** The last row of which something holds. @param containing what such a row contains. */
export function lastRow(
  snapshot: Snapshot,
  object: string,
  holds: (row: Rec) => boolean,
  containing?: string,
): Rec | undefined {
  const options = { newestFirst: true, ...defined({ containing }) };
  for (const row of snapshot.rows(object, options)) if (holds(row)) return row;
  return undefined;
}

/** The last rows of which something holds, in the order of the log. */
export function lastRows(
  snapshot: Snapshot,
  object: string,
  most: number,
  holds: (row: Rec) => boolean = () => true,
  containing?: string,
): readonly Rec[] {
  const rows: Rec[] = [];
  for (const row of snapshot.rows(object, { newestFirst: true, ...defined({ containing }) })) {
    if (holds(row)) rows.push(row);
    if (rows.length === most) break;
  }
  return rows.reverse();
}

/** The rows of a run, in the order of the log. */
export function rowsOfRun(snapshot: Snapshot, object: string, runId: string): readonly Rec[] {
  const rows: Rec[] = [];
  if (runId === '') return rows;
  for (const row of snapshot.rows(object, { newestFirst: true, together: runId }))
    if (fieldText(row, 'run_id') === runId) rows.push(row);
  return rows.reverse();
}

/** The rows of several runs, in the order of the log. */
export function rowsOfRuns(
  snapshot: Snapshot,
  object: string,
  runs: ReadonlySet<string>,
): readonly Rec[] {
  const left = new Set(runs);
  const rows: Rec[] = [];
  let others = 0;
  if (left.size === 0) return rows;
  for (const row of snapshot.rows(object, { newestFirst: true })) {
    const run = fieldText(row, 'run_id');
    if (runs.has(run)) {
      left.delete(run);
      others = 0;
      rows.push(row);
    } else if (++others > PATIENCE && left.size === 0) break;
  }
  return rows.reverse();
}

/** Older rows in a row after which none that is new is expected: a clock may have jumped. */
const PATIENCE = 5000;

/** `containing`: what the rows that are asked for contain; others may be left out. */
type Since = { readonly field: string; readonly since: number; readonly containing?: string };

/** The rows whose time in a field is later, newest first. */
export function* rowsSince(
  snapshot: Snapshot,
  object: string,
  { field, since, containing }: Since,
): Generator<Rec> {
  let older = 0;
  for (const row of snapshot.rows(object, { newestFirst: true, ...defined({ containing }) })) {
    if ((fieldTime(row, field) ?? 0) > since) {
      older = 0;
      yield row;
    } else if (++older > PATIENCE) return;
  }
}

/** The rows after the last one of which something holds; all if it holds of none. */
export function rowsAfter(
  snapshot: Snapshot,
  object: string,
  holds: (row: Rec) => boolean,
): readonly Rec[] {
  const rows: Rec[] = [];
  for (const row of snapshot.rows(object, { newestFirst: true })) {
    if (holds(row)) break;
    rows.push(row);
  }
  return rows.reverse();
}
