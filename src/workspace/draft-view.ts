/** The workspace as a draft would leave it, including log rows. */
import { stamp } from '../kernel/clock.js';
import type { Cell, Rec } from '../markdown/types.js';
import { inOrder } from './log-records.js';
import { overlay } from './overlay.js';
import { applyChange, type Draft, emptyDraft, type LogRow } from './plan.js';
import { insertOf } from './preview.js';
import { openSqlView } from './sql-view.js';
import type { ChangeSet, CommitPart, Snapshot, SqlView } from './types.js';

/** The files and the log rows of `draft` over `base`. */
export function draftView(base: Snapshot, draft: Pick<Draft, 'files' | 'rows'>): Snapshot {
  const changed = overlay(base, new Map(draft.files));
  return draft.rows.length === 0 ? changed : withRows(changed, draft.rows);
}

/** `base` after `parts`, without writing or using up an id. @throws as the commit would. */
export function viewAfter(base: Snapshot, parts: readonly CommitPart[]): Snapshot {
  const draft = emptyDraft();
  let view = base;
  let notices = 0;
  for (const part of parts) {
    const changeSet: ChangeSet = typeof part === 'function' ? part(view) : part;
    for (const change of changeSet.changes) applyChange(base, draft, change);
    for (const notice of changeSet.notices ?? [])
      applyChange(base, draft, insertOf(base, notice, notices++));
    draft.rows.push(...auditRows(base, changeSet));
    view = draftView(base, draft);
  }
  return view;
}

/** Without `seq` and `chain`, which the log adds. */
function auditRows(
  snapshot: Snapshot,
  { runId, actor, audit: entries = [] }: ChangeSet,
): readonly LogRow[] {
  const audit = snapshot.schema.objects.get('AUDIT');
  if (audit === undefined) return [];
  const time = stamp(snapshot.now);
  return entries.map((entry) => ({
    object: audit,
    file: audit.glob,
    fields: { ...entry, time, run_id: runId, actor: actor.name },
  }));
}

function withRows(base: Snapshot, rows: readonly LogRow[]): Snapshot {
  let view: SqlView | undefined;
  const added = (object: string): readonly Rec[] =>
    rows.filter((row) => row.object.object === object).map(recordOf);
  const records = (object: string): readonly Rec[] => [...base.records(object), ...added(object)];
  const snapshot: Snapshot = {
    ...base,
    records,
    *rows(object, options) {
      const more = inOrder(added(object), options);
      if (options?.newestFirst === true) yield* more;
      yield* base.rows(object, options);
      if (options?.newestFirst !== true) yield* more;
    },
    recordsIn: (path, object) => [
      ...base.recordsIn(path, object),
      ...added(object).filter((record) => record.file === path),
    ],
    record: (object, key) =>
      base.record(object, key) ?? added(object).find((record) => record.key === key),
    sql: () => {
      view ??= openSqlView(snapshot);
      return view;
    },
  };
  return snapshot;
}

/** A row that is not written yet has the first line of its log as its range. */
function recordOf({ object, file, fields }: LogRow): Rec {
  const range = { file, line: 1, column: 1, endLine: 1, endColumn: 1 };
  const cells = Object.entries(fields).map(([name, value]): [string, Cell] => {
    const written = typeof value === 'object' ? JSON.stringify(value) : `${value}`;
    const text = value === null ? '' : written;
    return [name, { raw: text, value: text, start: 0, end: 0, range }];
  });
  const byName = new Map(cells);
  const key = object.key.map((name) => byName.get(name)?.value ?? '').join('/');
  return { object: object.object, key, file, fields: byName, range, start: 0, end: 0 };
}
