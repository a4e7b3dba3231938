/** Reads the records of one object in one file, with the position of every field. */
import type { Diagnostic, Range } from '../kernel/diagnostic.js';
import { decodeCell } from './cell.js';
import { fieldName } from './field-name.js';
import { findSections, findTable, type FoundTable, scopeOf } from './find-records.js';
import { readFrontMatter } from './front-matter.js';
import type { KeptRows } from './kept-rows.js';
import { documentKey } from './key.js';
import { ambiguous, scopeProblem, tableProblem } from './missing-place.js';
import { rangeOf, shapeError } from './range-of.js';
import { readLines } from './read-lines.js';
import { sectionFields } from './section-fields.js';
import { strayRowProblem, strayRows } from './stray-rows.js';
import type { Cell, Doc, Locator, ReadResult, Rec, RecordSpec, Table, TableRow } from './types.js';

/**
 * The records in the order of the file. Never throws on content: a mistake is a diagnostic.
 * @param kept takes over rows that it knows, and knows those of this text then.
 */
export function readRecords(doc: Doc, file: string, spec: RecordSpec, kept?: KeptRows): ReadResult {
  const { locator } = spec;
  switch (locator.kind) {
    case 'front-matter':
      return readDocument(doc, file, spec);
    case 'lines':
      return readLines(doc, file, spec);
    case 'table':
      return readTable({ doc, file, spec }, findTable(doc, locator), kept);
    case 'section':
      return readSections(doc, file, spec, locator);
  }
}

function readDocument(doc: Doc, file: string, spec: RecordSpec): ReadResult {
  const { fields, diagnostics } = readFrontMatter(doc, file);
  const start = doc.frontMatter?.start ?? doc.lineStarts[0] ?? 0;
  const end = doc.frontMatter?.end ?? start;
  const record: Rec = {
    object: spec.object,
    key: documentKey(file, spec.glob),
    file,
    fields,
    range: rangeOf(doc, file, { start, end }),
    start,
    end,
  };
  return { records: [record], diagnostics };
}

function readTable(
  { doc, file, spec }: { readonly doc: Doc; readonly file: string; readonly spec: RecordSpec },
  found: FoundTable,
  kept: KeptRows | undefined,
): ReadResult {
  if (found.kind !== 'found')
    return { records: [], diagnostics: [tableProblem({ doc, file, spec }, found)] };
  const { table } = found;
  const columns = table.header.cells.map((cell) => fieldName(doc.text.slice(cell.start, cell.end)));
  const diagnostics = columnProblems(doc, file, spec, { table, columns });
  const reading = { doc, file, spec, table, columns };
  const known = kept?.recordsFor(reading);
  const records = table.rows.map((row, index) => {
    if (row.cells.length !== columns.length) diagnostics.push(rowProblem(doc, file, row, columns));
    return known?.(index) ?? rowRecord(doc, file, spec, { row, columns });
  });
  kept?.keep(reading, records);
  for (const rows of strayRows(doc, scopeOf(doc, found.heading))) {
    const { message, ...more } = strayRowProblem(rows);
    diagnostics.push(shapeError(rangeOf(doc, file, rows[0] ?? table), message, more));
  }
  return { records, diagnostics };
}

function rowRecord(
  doc: Doc,
  file: string,
  spec: RecordSpec,
  location: { readonly row: TableRow; readonly columns: readonly string[] },
): Rec {
  const { row, columns } = location;
  const { text } = doc;
  const lineStart = doc.lineStarts[row.line - 1] ?? row.start;
  const rangeIn = (start: number, end: number): Range => ({
    file,
    line: row.line,
    column: start - lineStart + 1,
    endLine: row.line,
    endColumn: end - lineStart + 1,
  });
  const fields = new Map<string, Cell>();
  const { length } = row.cells;
  for (let i = 0; i < length; i++) {
    const cell = row.cells[i];
    const name = columns[i];
    if (!cell || name === undefined || fields.has(name)) continue;
    const { start, end } = cell;
    const raw = text.slice(start, end);
    fields.set(name, { raw, value: decodeCell(raw), start, end, range: rangeIn(start, end) });
  }
  const key = spec.key.map((name) => fields.get(name)?.value ?? '').join('/');
  return {
    object: spec.object,
    key,
    file,
    fields,
    range: rangeIn(row.start, row.end),
    start: row.start,
    end: row.end,
  };
}

function rowProblem(doc: Doc, file: string, row: TableRow, columns: readonly string[]): Diagnostic {
  const count = row.cells.length;
  const expected = `${columns.length} cells: ${columns.join(', ')}`;
  const actual = `${count} ${count === 1 ? 'cell' : 'cells'}`;
  if (count < columns.length) {
    const gone = columns.slice(count).join(', ');
    return shapeError(
      rangeOf(doc, file, row),
      `row has ${count} of ${columns.length} cells; missing: ${gone}`,
      { expected, actual, hint: 'write "-" in a cell without a value' },
    );
  }
  const extra = row.cells[columns.length];
  const span = { start: extra?.start ?? row.start, end: row.cells.at(-1)?.end ?? row.end };
  return shapeError(
    rangeOf(doc, file, span),
    `row has ${count} cells; the table has ${columns.length} columns`,
    { expected, actual, hint: 'write a pipe inside a cell as \\|' },
  );
}

function columnProblems(
  doc: Doc,
  file: string,
  spec: RecordSpec,
  source: { readonly table: Table; readonly columns: readonly string[] },
): Diagnostic[] {
  const { table, columns } = source;
  const problems: Diagnostic[] = [];
  columns.forEach((name, index) => {
    const range = rangeOf(doc, file, table.header.cells[index] ?? table.header);
    if (name === '')
      problems.push(
        shapeError(range, `column ${index + 1} has no heading; expected a field's name`),
      );
    else if (columns.indexOf(name) < index)
      problems.push(shapeError(range, `the table has two columns "${name}"; expected one`));
  });
  const missing = spec.key.filter((name) => !columns.includes(name));
  if (missing.length > 0) {
    const range = rangeOf(doc, file, table.header);
    problems.push(
      shapeError(range, `the table of ${spec.object} has no key column ${missing.join(', ')}`, {
        expected: spec.key.join(', '),
        actual: columns.join(', '),
      }),
    );
  }
  return problems;
}

function readSections(
  doc: Doc,
  file: string,
  spec: RecordSpec,
  locator: Extract<Locator, { kind: 'section' }>,
): ReadResult {
  const found = findSections(doc, locator);
  if (found.kind === 'ambiguous')
    return {
      records: [],
      diagnostics: [ambiguous({ doc, file, spec }, found.headings)],
    };
  if (found.kind === 'no-scope')
    return { records: [], diagnostics: [scopeProblem({ doc, file, spec }, locator.within)] };
  const diagnostics = found.unnamed.map((heading) =>
    shapeError(rangeOf(doc, file, heading), `section of ${spec.object} has no key`, {
      expected: `a heading "${'#'.repeat(locator.depth)} ${locator.match} title"`,
      hint: 'the first word of the heading is the key',
    }),
  );
  if (found.sections.length === 0 && !locator.match.includes('*'))
    diagnostics.push(
      scopeProblem({ doc, file, spec }, { depth: locator.depth, heading: locator.match }),
    );
  const records = found.sections.map((section): Rec => {
    const read = sectionFields(doc, file, section);
    diagnostics.push(...read.diagnostics);
    const end = section.start + doc.text.slice(section.start, section.end).trimEnd().length;
    return {
      object: spec.object,
      key: section.key,
      file,
      fields: read.fields,
      range: rangeOf(doc, file, { start: section.start, end }),
      start: section.start,
      end,
    };
  });
  return { records, diagnostics };
}
