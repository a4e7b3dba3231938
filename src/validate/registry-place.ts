/** Cells of REGISTRY.md, by the row of a declaration. */
import type { Range } from '../kernel/diagnostic.js';
import { rangeOf } from '../markdown/range-of.js';
import type { Doc, TableRow } from '../markdown/types.js';
import type { Snapshot } from '../workspace/types.js';

const rowsByLine = new WeakMap<Doc, ReadonlyMap<number, TableRow>>();

/** The cell in column `index` (from 0) of a table row, or `row` itself if it has none. */
export function registryCell(snapshot: Snapshot, row: Range, index: number): Range {
  const doc = snapshot.doc(row.file);
  const cell = doc === undefined ? undefined : rowsOf(doc).get(row.line)?.cells[index];
  return doc === undefined || cell === undefined ? row : rangeOf(doc, row.file, cell);
}

function rowsOf(doc: Doc): ReadonlyMap<number, TableRow> {
  const cached = rowsByLine.get(doc);
  if (cached !== undefined) return cached;
  const rows = new Map(
    doc.tables.flatMap((table) => table.rows.map((row) => [row.line, row] as const)),
  );
  rowsByLine.set(doc, rows);
  return rows;
}
