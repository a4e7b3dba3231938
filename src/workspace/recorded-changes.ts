/**
 * When files last changed, according to the change log. File times are not reliable: a checkout, a
 * clock step or a network drive changes them.
 */
import { changeRows, type ChangeRow } from './history.js';
import type { Snapshot } from './types.js';

/**
 * The moment when a recorded change set `address` to the time `instant`. Without an address, or if
 * the log lacks that change, `instant` itself (in milliseconds). With an `instant` that is not a
 * number, the last recorded change of `address`.
 */
export type Moment = { readonly instant: number; readonly address?: string };

export type RecordedChanges = {
  /** Whether the file differs from its content at the moment. False for a file not in the log. */
  readonly changedSince: (path: string, moment: Moment) => boolean;
  /** The same, but only if a recorded change wrote the file since the moment. */
  readonly writtenSince: (path: string, moment: Moment) => boolean;
  /** `order`: the position among the changes; `Infinity` if an unrecorded change came later. */
  readonly lastChange: (
    path: string,
  ) => { readonly order: number; readonly written: string } | undefined;
  /** Whether a recorded change replaced a value at the address. */
  readonly wasReplaced: (address: string) => boolean;
};

type Row = ChangeRow & { readonly order: number };

/**
 * Reads the change log once. @param folder such as `PROJECTS/NAME/`; ignores other addresses.
 * @param isWanted of an address in the folder; a long log may have very many of them.
 */
export function recordedChanges(
  snapshot: Snapshot,
  folder: string,
  isWanted: (address: string) => boolean = () => true,
): RecordedChanges {
  const rows: Row[] = [];
  let order = 0;
  for (const row of changeRows(snapshot, { under: folder })) {
    if (isWanted(row.address)) rows.push({ ...row, order });
    order++;
  }
  // The name of a file may contain `#`, too.
  const fileOf = ({ address }: Row): string =>
    snapshot.files.has(address) ? address : address.replace(/#.*$/s, '');
  const byFile = new Map<string, Row[]>();
  for (const row of rows) {
    const path = fileOf(row);
    const rowsOfFile = byFile.get(path);
    if (rowsOfFile === undefined) byFile.set(path, [row]);
    else rowsOfFile.push(row);
  }
  const isWhole = (row: Row): boolean => row.address === fileOf(row);
  const currentValue = (path: string): string => {
    const hash = snapshot.hash(path);
    return hash === undefined ? '' : `sha256:${hash}`;
  };

  const marks = new Map<Moment, Row | undefined>();
  const markOf = (moment: Moment): Row | undefined => {
    const { address, instant } = moment;
    if (address !== undefined && !marks.has(moment))
      marks.set(
        moment,
        rows.findLast(
          (row) =>
            row.address === address && (Number.isNaN(instant) || Date.parse(row.new) === instant),
        ),
      );
    return marks.get(moment);
  };
  const isAfter = (moment: Moment): ((row: Row) => boolean) => {
    const mark = markOf(moment);
    return (row) =>
      mark === undefined ? Date.parse(row.written) >= moment.instant : row.order > mark.order;
  };

  const changedSince: RecordedChanges['changedSince'] = (path, moment) => {
    const isSince = isAfter(moment);
    const own = byFile.get(path) ?? [];
    const since = own.filter(isSince);
    if (since.some((row) => !isWhole(row))) return true;
    const before = own.findLast((row) => isWhole(row) && !isSince(row))?.new ?? since[0]?.old;
    return before !== undefined && before !== currentValue(path);
  };

  const writtenSince: RecordedChanges['writtenSince'] = (path, moment) =>
    (byFile.get(path) ?? []).some(isAfter(moment)) && changedSince(path, moment);

  const lastChange: RecordedChanges['lastChange'] = (path) => {
    const last = byFile.get(path)?.at(-1);
    if (last === undefined) return undefined;
    const isOther = isWhole(last) && last.new !== currentValue(path);
    return { order: isOther ? Number.POSITIVE_INFINITY : last.order, written: last.written };
  };

  const wasReplaced = (address: string): boolean =>
    rows.some((row) => row.address === address && row.old !== '');

  return { changedSince, writtenSince, lastChange, wasReplaced };
}
