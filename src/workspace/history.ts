/**
 * Past states, computed from the change log and the present: the value at a time is the old value
 * of the first change after it, else the present value.
 */
import { defined } from '../kernel/defined.js';
import { decodeCell, encodeCell } from '../markdown/cell.js';
import { sha256 } from '../kernel/hash.js';
import { cellText } from '../markdown/value-text.js';
import { addressOf } from './address.js';
import { INLINE_VALUE, SHOWN_ONLY } from './changed-fields.js';
import { logRows } from './log-rows.js';
import { getObject } from './objects.js';
import type { Snapshot } from './types.js';

/** A row of the change log. Long values and whole files are hashes (`storedText` reads them). */
export type ChangeRow = {
  readonly address: string;
  readonly old: string;
  readonly new: string;
  readonly writer: string;
  readonly runId: string;
  readonly bundle: string;
  readonly written: string;
  readonly valid: string;
  readonly reason: string;
  readonly line: number;
};

/** A value at a time, and the recorded change that wrote it, if there is one. */
export type PastValue = {
  readonly address: string;
  readonly value: string;
  readonly change: ChangeRow | undefined;
};
/** `written`: the content at the time. `valid`: what was true at the time, as known now. */
export type TimeAxis = 'written' | 'valid';
export type PastState = ReadonlyMap<string, PastValue>;

const HASHED = /^sha256:[0-9a-f]{64}$/;

/** Streams the change log. @param only rows of this address, or of addresses that begin so. */
export function* changeRows(
  snapshot: Snapshot,
  only?: string | { readonly under: string },
): Generator<ChangeRow> {
  const file = snapshot.schema.objects.get('CHANGE')?.glob;
  if (file === undefined) return;
  const containing = typeof only === 'object' ? only.under : only;
  const root = snapshot.rootFor?.(file) ?? snapshot.root;
  for (const row of logRows(root, file, defined({ containing }))) {
    const address = row.cell('address');
    if (
      typeof only === 'object'
        ? !address.startsWith(only.under)
        : only !== undefined && address !== only
    )
      continue;
    yield {
      address,
      old: row.cell('old'),
      new: row.cell('new'),
      writer: row.cell('writer'),
      runId: row.cell('run_id'),
      bundle: row.cell('bundle'),
      written: row.cell('t_written'),
      valid: row.cell('t_valid'),
      reason: row.cell('reason'),
      line: row.line,
    };
  }
}

/**
 * Every present value: fields by address, files without records by path and hash. Logs and the lock
 * are not in the change log, and not here either.
 */
export function presentValues(snapshot: Snapshot): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  const addAll = (path: string): void => {
    for (const [address, value] of presentValuesOf(snapshot, path)) values.set(address, value);
  };
  for (const object of snapshot.schema.objects.values())
    for (const path of snapshot.filesOf(object.object)) addAll(path);
  for (const path of snapshot.files.keys()) if (snapshot.objectsOf(path).length === 0) addAll(path);
  return values;
}

/** Those of one file. */
export function presentValuesOf(snapshot: Snapshot, path: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  const objects = snapshot.objectsOf(path);
  if (objects.length === 0) {
    const hash = snapshot.files.get(path)?.kind === 'file' ? snapshot.hash(path) : undefined;
    if (hash !== undefined) values.set(path, `sha256:${hash}`);
    return values;
  }
  for (const object of objects) {
    if (object.shape === 'log' || SHOWN_ONLY.has(object.object)) continue;
    for (const record of snapshot.recordsIn(path, object.object))
      for (const [field, cell] of record.fields) {
        const value = cellText(cell);
        if (value !== '') values.set(addressOf(object, record, field), value);
      }
  }
  return values;
}

type Account = {
  first: ChangeRow;
  last: ChangeRow;
  upTo: ChangeRow | undefined;
  after: ChangeRow | undefined;
};

/** The state at each of the times, without empty values. Reads the log once. */
export function statesAt(
  snapshot: Snapshot,
  times: readonly Date[],
  axis: TimeAxis = 'written',
): readonly PastState[] {
  const instants = times.map((time) => time.getTime());
  const accounts = instants.map(() => new Map<string, Account>());
  for (const row of changeRows(snapshot)) {
    const rowTime = Date.parse(axis === 'written' ? row.written : row.valid);
    for (const [i, instant] of instants.entries())
      enter(accounts[i] ?? new Map(), row, rowTime <= instant);
  }
  const present = presentValues(snapshot);
  return accounts.map((account) => {
    const state = new Map<string, PastValue>();
    for (const address of new Set([...present.keys(), ...account.keys()])) {
      const past = pastValue(address, present.get(address) ?? '', account.get(address), axis);
      if (past.value !== '') state.set(address, past);
    }
    return state;
  });
}

/** One value at one time. */
export function valueAt(
  snapshot: Snapshot,
  query: { readonly address: string; readonly time: Date; readonly axis?: TimeAxis },
): PastValue {
  const { address, time, axis = 'written' } = query;
  const accounts = new Map<string, Account>();
  for (const row of changeRows(snapshot, address))
    enter(
      accounts,
      row,
      Date.parse(axis === 'written' ? row.written : row.valid) <= time.getTime(),
    );
  return pastValue(address, presentValue(snapshot, address), accounts.get(address), axis);
}

/** The text of a value in the log; `undefined` if it is no longer stored. */
export function storedText(root: string, value: string): string | undefined {
  if (!HASHED.test(value)) return value;
  try {
    return getObject(root, value.slice('sha256:'.length)).toString('utf8');
  } catch {
    // Pruned or damaged.
    return undefined;
  }
}

/** The present value of `address`, or the empty text. */
function presentValue(snapshot: Snapshot, address: string): string {
  if (!address.includes('#')) {
    const hash = snapshot.objectsOf(address).length === 0 ? snapshot.hash(address) : undefined;
    return hash === undefined ? '' : `sha256:${hash}`;
  }
  const file = address.slice(0, address.indexOf('#'));
  for (const object of snapshot.objectsOf(file)) {
    if (object.shape === 'log') continue;
    for (const record of snapshot.recordsIn(file, object.object)) {
      for (const [field, cell] of record.fields)
        if (addressOf(object, record, field) === address) return cellText(cell);
    }
  }
  return '';
}

function enter(accounts: Map<string, Account>, row: ChangeRow, reached: boolean): void {
  const account = accounts.get(row.address);
  if (account === undefined) {
    accounts.set(row.address, {
      first: row,
      last: row,
      upTo: reached ? row : undefined,
      after: reached ? undefined : row,
    });
    return;
  }
  account.last = row;
  if (reached) account.upTo = row;
  else account.after ??= row;
}

function pastValue(
  address: string,
  present: string,
  account: Account | undefined,
  axis: TimeAxis,
): PastValue {
  if (account === undefined) return { address, value: present, change: undefined };
  return axis === 'written'
    ? writtenValue(address, present, account)
    : validValue(address, present, account);
}

/** The last change before the time counts only if it wrote this value. */
function writtenValue(address: string, present: string, { upTo, after }: Account): PastValue {
  const value = after === undefined ? present : after.old;
  const made =
    upTo !== undefined &&
    (after === undefined ? upTo.new === asLogged(present) : upTo.new === value);
  return { address, value, change: made ? upTo : undefined };
}

/** The newest row that was valid by then counts: later knowledge replaces earlier knowledge. */
function validValue(address: string, present: string, { first, last, upTo }: Account): PastValue {
  if (upTo === undefined) return { address, value: first.old, change: undefined };
  if (upTo === last && last.new !== asLogged(present))
    return { address, value: present, change: undefined };
  return { address, value: upTo === last ? present : upTo.new, change: upTo };
}

/** A value as the change log writes it. */
function asLogged(value: string): string {
  return value.length <= INLINE_VALUE
    ? decodeCell(encodeCell(value.trim()))
    : `sha256:${sha256(value)}`;
}
