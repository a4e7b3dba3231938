/**
 * The places of the ledger that the audit log names, one for each pass that closed: a chain alone
 * does not show that its last rows, or all of them, are gone.
 */
import { SPENDING } from '../../../passes/spending-row.js';
import type { Rec } from '../../../markdown/types.js';
import { fieldText } from '../../../project/field-text.js';
import { lastRow, rowsSince } from '../../../project/recent-rows.js';
import type { Snapshot } from '../../../workspace/types.js';
import { LEDGER_START, ledgerPath } from './ledger.js';
import { lastPlace, type RowEnd } from '../../../workspace/synced-log.js';

const NAMED = 'ledger of';
const TEXT = new RegExp(`^${NAMED} (\\d+) bytes, last link ([0-9a-f]+)$`);

/** As an audit row names it; also a ledger without rows has a place. */
export function placeText(directory: string): string {
  const { bytes, head } = placeWithin(directory);
  return `${NAMED} ${bytes} bytes, last link ${head}`;
}

/**
 * The passes since then whose place the ledger no longer has, the last one first. What the owner
 * has accepted stays incomplete.
 */
export function lostSince(snapshot: Snapshot, directory: string, since: Date): readonly string[] {
  const rows = { field: 'time', since: since.getTime() - 1, containing: NAMED };
  return [...rowsSince(snapshot, 'AUDIT', rows)]
    .filter((row) => fieldText(row, 'run_id') !== '' && isLost(row, directory))
    .map((row) => fieldText(row, 'run_id'));
}

/** The last row that names a place, if the ledger no longer has it. */
export function lastLost(snapshot: Snapshot, directory: string): Rec | undefined {
  const isNamed = (row: Rec): boolean => placeIn(row) !== undefined;
  const row = lastRow(snapshot, 'AUDIT', isNamed, NAMED);
  return row !== undefined && isLost(row, directory) ? row : undefined;
}

function isLost(row: Rec, directory: string): boolean {
  const named = placeIn(row);
  if (named === undefined) return false;
  const found = placeWithin(directory, named.bytes);
  return found.bytes !== named.bytes || found.head !== named.head;
}

function placeWithin(directory: string, bytes?: number): RowEnd {
  return lastPlace(ledgerPath(directory), bytes) ?? LEDGER_START;
}

function placeIn(row: Rec): RowEnd | undefined {
  if (fieldText(row, 'type') !== SPENDING) return undefined;
  const [, bytes, head] = TEXT.exec(fieldText(row, 'detail')) ?? [];
  return bytes === undefined || head === undefined ? undefined : { bytes: Number(bytes), head };
}
