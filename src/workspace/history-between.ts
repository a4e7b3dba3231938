/**
 * What changed between two times. Reads the change log from its end, so that what happened lately
 * costs little, however long the log is.
 */
import type { Rec } from '../markdown/types.js';
import { type ChangeRow, presentValuesOf } from './history.js';
import type { Snapshot } from './types.js';

export type Between = {
  readonly address: string;
  readonly before: string;
  readonly after: string;
  /** The last recorded change in between, if it wrote what is there. */
  readonly change: Omit<ChangeRow, 'line'> | undefined;
};
export type ChangedBetween = {
  /** In the order of addresses, without those that are the same again. */
  readonly changed: readonly Between[];
  /** False: more rows than `most` came after `from`, and the older ones were not read. */
  readonly isWhole: boolean;
};
export type BetweenOptions = {
  readonly from: Date;
  readonly to: Date;
  /** Only this file. */
  readonly path?: string;
  /** Rows that are read at most. */
  readonly most?: number;
};

/** Older rows in a row after which none that is newer is expected: a clock may have jumped. */
const PATIENCE = 5000;

export function changedBetween(snapshot: Snapshot, options: BetweenOptions): ChangedBetween {
  const { from, to, path, most = Number.POSITIVE_INFINITY } = options;
  const [start, end] = [from.getTime(), to.getTime()];
  const [before, after] = [new Map<string, string>(), new Map<string, string>()];
  const last = new Map<string, Between['change']>();
  let [read, older] = [0, 0];
  for (const row of newestRows(snapshot, path)) {
    const change = changeOf(row);
    if (path !== undefined && fileOfAddress(snapshot, change.address) !== path) continue;
    const time = Date.parse(change.written);
    if (time <= start) {
      if (++older > PATIENCE) break;
      continue;
    }
    if (++read > most) break;
    older = 0;
    before.set(change.address, change.old);
    if (time > end) after.set(change.address, change.old);
    else if (!last.has(change.address)) last.set(change.address, change);
  }
  const present = presentBy(snapshot);
  const changed = [...last].flatMap(([address, change]): Between[] => {
    const [old, now] = [before.get(address) ?? '', after.get(address) ?? present(address)];
    if (old === now) return [];
    return [{ address, before: old, after: now, change }];
  });
  return {
    changed: changed.sort((a, b) => (a.address < b.address ? -1 : 1)),
    isWhole: read <= most,
  };
}

/** The values of one file at a time, by address: its hash, or its fields where it holds records. */
export function fileAt(snapshot: Snapshot, path: string, time: Date): ReadonlyMap<string, string> {
  const values = new Map(presentValuesOf(snapshot, path));
  for (const row of newestRows(snapshot, path)) {
    const { address, old, written } = changeOf(row);
    if (fileOfAddress(snapshot, address) !== path || Date.parse(written) <= time.getTime())
      continue;
    if (old === '') values.delete(address);
    else values.set(address, old);
  }
  return values;
}

/** The file in an address of the change log; the name of a file may contain `#`, too. */
export function fileOfAddress(snapshot: Snapshot, address: string): string {
  return snapshot.files.has(address) ? address : address.replace(/#.*$/s, '');
}

function newestRows(snapshot: Snapshot, path: string | undefined): Iterable<Rec> {
  return snapshot.rows('CHANGE', {
    newestFirst: true,
    ...(path === undefined ? {} : { containing: path }),
  });
}

export function changeOf(row: Rec): Omit<ChangeRow, 'line'> {
  const text = (name: string): string => row.fields.get(name)?.value ?? '';
  return {
    address: text('address'),
    old: text('old'),
    new: text('new'),
    writer: text('writer'),
    runId: text('run_id'),
    bundle: text('bundle'),
    written: text('t_written'),
    valid: text('t_valid'),
    reason: text('reason'),
  };
}

/** Reads each file once. */
function presentBy(snapshot: Snapshot): (address: string) => string {
  const files = new Map<string, ReadonlyMap<string, string>>();
  return (address) => {
    const file = fileOfAddress(snapshot, address);
    const known = files.get(file) ?? presentValuesOf(snapshot, file);
    files.set(file, known);
    return known.get(address) ?? '';
  };
}
