/** Rule failure-mode: every query that detects a failure can be run, and selects nothing. */
import { posix } from 'node:path';
import type { Diagnostic } from '../../kernel/diagnostic.js';
import { NocturneError } from '../../kernel/error.js';
import type { Doc, Rec } from '../../markdown/types.js';
import { fieldText } from '../../project/field-text.js';
import type { Snapshot } from '../../workspace/types.js';
import {
  isBlind,
  isIncomplete,
  isRead,
  isUnasked,
  type QueryRow,
  queryRange,
  rowPlace,
  UNCLOSED,
} from '../query-place.js';
import { renamedFile, renameHint } from '../renamed-page.js';
import type { WorkspaceContext, WorkspaceRule } from '../rule.js';

export const failureMode: WorkspaceRule = {
  kind: 'workspace',
  id: 'failure-mode',
  severity: 'error',
  suppressible: 'warnings',
  // What a query detects is a warning.
  mayErrIn: (snapshot, path) =>
    snapshot.objectsOf(path).some(({ object }) => object === 'FAILURE-MODE'),
  run: (context) => {
    const records = context.snapshot.records('FAILURE-MODE');
    const detections = records.flatMap((record): Detection[] => {
      const doc = context.snapshot.doc(record.file);
      const query = doc === undefined ? undefined : queryOf(doc, record);
      return doc === undefined || query === undefined ? [] : [{ record, doc, query }];
    });
    const queries = detections.map(({ query }) => query.sql);
    return [
      ...detections.flatMap((detection) => detect(context, detection, queries)),
      ...goneIds(records),
    ];
  },
};

/** More missing numbers than these are a new range, not deletions. */
const MOST_GONE = 5;

/** Numbers are never used again, so one that is missing between two others was deleted. */
function goneIds(records: readonly Rec[]): Diagnostic[] {
  const numbered = records
    .map((record) => ({ record, number: Number(/^FM-(\d+)$/.exec(record.key)?.[1]) }))
    .filter(({ number }) => !Number.isNaN(number))
    .sort((a, b) => a.number - b.number);
  return numbered.flatMap(({ record, number }, index): Diagnostic[] => {
    const before = numbered[index - 1]?.number ?? 0;
    const count = number - before - 1;
    if (count <= 0 || count > MOST_GONE) return [];
    const name = (value: number): string => `FM-${String(value).padStart(3, '0')}`;
    const gone = count === 1 ? name(before + 1) : `${name(before + 1)} to ${name(number - 1)}`;
    return [
      {
        rule: 'failure-mode',
        severity: 'warning',
        message: `${gone} was deleted; logs and reports may still refer to it`,
        range: record.fields.get('id')?.range ?? record.range,
        expected: gone,
        actual: record.key,
        hint: 'restore it with nocturne history and nocturne as-of, and set its status to resolved',
      },
    ];
  });
}

type Query = {
  readonly sql: string;
  readonly file: string;
  readonly start: number;
  readonly end: number;
};
type Detection = { readonly record: Rec; readonly doc: Doc; readonly query: Query };

/** A fenced `sql detection`. A detection in words is for people. */
function queryOf(doc: Doc, record: Rec): Query | undefined {
  const cell = record.fields.get('detection');
  const fence = doc.fences.find(
    (candidate) =>
      /^sql\b/i.test(candidate.info) &&
      cell !== undefined &&
      cell.start >= candidate.contentStart &&
      cell.end <= candidate.contentEnd,
  );
  return cell === undefined || fence === undefined
    ? undefined
    : { sql: cell.value, file: record.file, start: fence.contentStart, end: fence.contentEnd };
}

function detect(
  context: WorkspaceContext,
  detection: Detection,
  queries: readonly string[],
): Diagnostic[] {
  const { snapshot } = context;
  const { record, query } = detection;
  if (isUnasked(context, query.sql)) return [];
  try {
    const { columns, rows } = snapshot.sql().query(query.sql, queries);
    const missing = ['file', 'line'].filter((name) => !columns.includes(name));
    if (missing.length > 0)
      return [
        broken(
          detection,
          `the detection of ${record.key} selects no ${missing.join(' and no ')}`,
          '',
        ),
      ];
    return isBlind(context, query.sql)
      ? []
      : rows.filter((row) => isRead(context, row)).map((row) => seen(context, detection, row));
  } catch (error) {
    if (!(error instanceof NocturneError) || error.code !== 'BAD_QUERY') throw error;
    if (isIncomplete(snapshot)) return [];
    const why = UNCLOSED.test(error.message) ? 'a quotation mark is not closed' : error.message;
    return [
      broken(detection, `the detection of ${record.key} cannot be run: ${why}`, error.message),
    ];
  }
}

function broken({ doc, query }: Detection, message: string, cause: string): Diagnostic {
  return {
    rule: 'failure-mode',
    severity: 'error',
    message,
    range: queryRange(doc, query, cause),
    hint: 'nocturne tables lists tables and columns; try the query with nocturne query',
  };
}

/** A row without a file (a sum over nothing) is shown at the query. */
function seen(
  { snapshot }: WorkspaceContext,
  { record, doc, query }: Detection,
  row: QueryRow,
): Diagnostic {
  const facts = Object.entries(row).filter(
    ([name, value]) => !['file', 'line', 'field'].includes(name) && value !== null,
  );
  const factsText =
    facts.length === 0 ? '' : ` (${facts.map(([name, value]) => `${name} ${value}`).join(', ')})`;
  const range = row['file'] === null ? queryRange(doc, query, '') : rowPlace(snapshot, row);
  return {
    rule: 'failure-mode',
    severity: 'warning',
    message: `${record.key} was detected here: ${fieldText(record, 'title') || fieldText(record, 'symptom')}${factsText}`,
    range,
    related: [{ message: `${record.key} is described here`, range: record.range }],
    hint:
      hintOfRenamed(snapshot, row) ??
      (fieldText(record, 'fix') || `read ${record.key} in ${record.file}`),
  };
}

/** An output that a project names, below the folder of its page or of the workspace. */
function hintOfRenamed(snapshot: Snapshot, row: QueryRow): string | undefined {
  const { named_output: named, file } = row;
  if (typeof named !== 'string' || typeof file !== 'string') return undefined;
  for (const missing of [named, posix.join(posix.dirname(file), named)]) {
    const renamed = renamedFile(snapshot, missing);
    if (renamed !== undefined) return renameHint(missing, renamed);
  }
  return undefined;
}
