/**
 * When files last changed, by what the change log recorded: their hashes, in the order of the log.
 * File times are not believed: a checkout, a clock step or a network drive makes them anything.
 */
import { changeRows, type ChangeRow } from './history.js';
import type { Snapshot } from './types.js';

/**
 * A value that a recorded change gave to an address (a phase that started, a pass that ended), or a
 * point in time. `instant`: milliseconds; of a value it is used where the log does not have that
 * change.
 */
export type Moment = { readonly instant: number; readonly address?: string };

export type RecordedChanges = {
  /**
   * Whether what the file holds differs from what it held at the moment. A file that the log never
   * mentions is taken to be as it always was.
   */
  readonly changedSince: (path: string, moment: Moment) => boolean;
  /**
   * The last recorded change. `order`: its place among the changes below the folder; `Infinity`
   * when the file has changed once more since, and nobody recorded that.
   */
  readonly lastChange: (
    path: string,
  ) => { readonly order: number; readonly written: string } | undefined;
  /** Whether a recorded change replaced a value at the address by another one. */
  readonly wasReplaced: (address: string) => boolean;
};

type Row = ChangeRow & { readonly order: number };

/**
 * Reads the change log once. @param folder `PROJECTS/NAME/` or so; only addresses below it are
 * known.
 */
export function recordedChanges(snapshot: Snapshot, folder: string): RecordedChanges {
  const rows = [...changeRows(snapshot, { under: folder })].map(
    (row, order): Row => ({ ...row, order }),
  );
  const byFile = new Map<string, Row[]>();
  for (const row of rows) {
    const path = row.address.replace(/#.*$/s, '');
    const rowsOfFile = byFile.get(path);
    if (rowsOfFile === undefined) byFile.set(path, [row]);
    else rowsOfFile.push(row);
  }
  const isWhole = (row: Row): boolean => !row.address.includes('#');
  const holds = (path: string): string => {
    const hash = snapshot.hash(path);
    return hash === undefined ? '' : `sha256:${hash}`;
  };

  const changedSince = (path: string, moment: Moment): boolean => {
    const mark =
      moment.address === undefined
        ? undefined
        : rows.findLast(
            (row) => row.address === moment.address && Date.parse(row.new) === moment.instant,
          );
    const isSince = (row: Row): boolean =>
      mark === undefined ? Date.parse(row.written) >= moment.instant : row.order > mark.order;
    const own = byFile.get(path) ?? [];
    const since = own.filter(isSince);
    if (since.some((row) => !isWhole(row))) return true;
    const held = own.findLast((row) => isWhole(row) && !isSince(row))?.new ?? since[0]?.old;
    return held !== undefined && held !== holds(path);
  };

  const lastChange: RecordedChanges['lastChange'] = (path) => {
    const last = byFile.get(path)?.at(-1);
    if (last === undefined) return undefined;
    const isOther = isWhole(last) && last.new !== holds(path);
    return { order: isOther ? Number.POSITIVE_INFINITY : last.order, written: last.written };
  };

  const wasReplaced = (address: string): boolean =>
    rows.some((row) => row.address === address && row.old !== '');

  return { changedSince, lastChange, wasReplaced };
}
