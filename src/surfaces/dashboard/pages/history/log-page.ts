/** One page of the audit log and the change log together, newest first, read from their ends. */
import type { Rec } from '../../../../markdown/types.js';
import { fieldText, fieldTime } from '../../../../project/field-text.js';
import { defined } from '../../../../kernel/defined.js';
import type { Snapshot } from '../../../../workspace/types.js';

/** Of audit rows the step, the type, the result; of changes the old and the new value. */
export type HistoryRow = {
  readonly log: 'AUDIT' | 'CHANGE';
  /** A stored time. */
  readonly time: string;
  readonly run: string;
  readonly actor: string;
  readonly type: string;
  readonly target: string;
  readonly result: string;
  readonly detail: string;
  readonly old: string;
  readonly new: string;
};
/** Empty: any. `file`: a file, or a folder with its `/`. */
export type HistoryFilter = {
  readonly run: string;
  readonly file: string;
  readonly type: string;
  readonly actor: string;
};
/** The lines of the two logs above which the page begins; 0: none is left. */
export type HistoryCursor = { readonly audit: number; readonly change: number };
export type HistoryPage = {
  readonly rows: readonly HistoryRow[];
  /** Where the next page begins; nothing at the end of both logs. */
  readonly next: HistoryCursor | undefined;
  /** False: rows were looked at for long enough, and the next page looks further. */
  readonly isFull: boolean;
};

export const MOST_ROWS = 100;
/** Rows that are looked at for one page. */
const MOST_READ = 20_000;
/** The type by which a filter chooses changes. */
export const CHANGE = 'change';

type Source = {
  readonly log: HistoryRow['log'];
  readonly rows: Iterator<Rec>;
  readonly holds: (row: Rec) => boolean;
  /** The next row, if there is one. */
  head: Rec | undefined;
  /** Of the last row that was taken. */
  last: Rec | undefined;
};

export function historyPage(
  snapshot: Snapshot,
  filter: HistoryFilter,
  before?: HistoryCursor,
): HistoryPage {
  const sources = [
    source(snapshot, 'AUDIT', filter, before?.audit),
    source(snapshot, 'CHANGE', filter, before?.change),
  ] as const;
  const rows: HistoryRow[] = [];
  let read = 0;
  while (rows.length < MOST_ROWS && read < MOST_READ) {
    const from = newest(sources);
    if (from?.head === undefined) break;
    read++;
    if (from.holds(from.head)) rows.push(rowOf(from.log, from.head));
    advance(from);
  }
  const [audit, change] = sources;
  const isOver = audit.head === undefined && change.head === undefined;
  return {
    rows,
    next: isOver
      ? undefined
      : { audit: placeOf(audit, before?.audit), change: placeOf(change, before?.change) },
    isFull: rows.length === MOST_ROWS || isOver,
  };
}

/** Such as `1200.3400`, from an address of a page. */
export function cursorOf(text: string | undefined): HistoryCursor | undefined {
  const [, audit, change] = /^(\d{1,12})\.(\d{1,12})$/.exec(text ?? '') ?? [];
  if (audit === undefined || change === undefined) return undefined;
  return { audit: Number(audit), change: Number(change) };
}

function source(
  snapshot: Snapshot,
  log: HistoryRow['log'],
  filter: HistoryFilter,
  above: number | undefined,
): Source {
  const made: Source = {
    log,
    rows: rowsFor(snapshot, log, filter, above)[Symbol.iterator](),
    holds: (row) => fits(log, row, filter),
    head: undefined,
    last: undefined,
  };
  made.head = nextOf(made);
  return made;
}

/** The rarest word of the filter is searched in the bytes. */
function rowsFor(
  snapshot: Snapshot,
  log: HistoryRow['log'],
  { run, file, type, actor }: HistoryFilter,
  above: number | undefined,
): Iterable<Rec> {
  const isOther = log === 'CHANGE' && type !== '' && type !== CHANGE;
  if (isOther || (log === 'AUDIT' && type === CHANGE) || above === 0) return [];
  const options = { newestFirst: true, ...defined({ above }) };
  if (run !== '') return snapshot.rows(log, { ...options, together: run });
  const [word] = [file, log === 'AUDIT' ? type : '', actor].filter((text) => text !== '');
  return snapshot.rows(log, { ...options, ...defined({ containing: word }) });
}

function fits(log: HistoryRow['log'], row: Rec, filter: HistoryFilter): boolean {
  const { run, file, type, actor } = filter;
  const isAudit = log === 'AUDIT';
  const target = fieldText(row, isAudit ? 'target' : 'address');
  return (
    (run === '' || fieldText(row, 'run_id') === run) &&
    (actor === '' || fieldText(row, isAudit ? 'actor' : 'writer') === actor) &&
    (!isAudit || type === '' || fieldText(row, 'type') === type) &&
    (file === '' || target === file || target.startsWith(file.endsWith('/') ? file : `${file}#`))
  );
}

function newest(sources: readonly Source[]): Source | undefined {
  const [audit, change] = sources;
  if (audit?.head === undefined) return change;
  if (change?.head === undefined) return audit;
  const [a, c] = [fieldTime(audit.head, 'time'), fieldTime(change.head, 't_written')];
  return (c ?? 0) > (a ?? 0) ? change : audit;
}

function advance(from: Source): void {
  from.last = from.head;
  from.head = nextOf(from);
}

function nextOf({ rows }: Source): Rec | undefined {
  const { done, value } = rows.next();
  return done === true ? undefined : value;
}

function placeOf({ last, head }: Source, before: number | undefined): number {
  if (head === undefined) return 0;
  // Nothing was taken: the next page begins at the same row, whatever has been added since.
  return last === undefined ? (before ?? head.range.line + 1) : last.range.line;
}

function rowOf(log: HistoryRow['log'], row: Rec): HistoryRow {
  const text = (name: string): string => fieldText(row, name);
  if (log === 'AUDIT')
    return {
      log,
      time: text('time'),
      run: text('run_id'),
      actor: text('actor'),
      type: text('type'),
      target: text('target'),
      result: text('result'),
      detail: text('detail'),
      old: '',
      new: '',
    };
  return {
    log,
    time: text('t_written'),
    run: text('run_id'),
    actor: text('writer'),
    type: CHANGE,
    target: text('address'),
    result: '',
    detail: text('reason'),
    old: text('old'),
    new: text('new'),
  };
}
