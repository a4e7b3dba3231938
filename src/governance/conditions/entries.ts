/** The entries of a section: its list items and table rows, with named fields. */
import { nearHeading } from '../../markdown/near-heading.js';
import { decodeCell } from '../../markdown/cell.js';
import type { Doc, Table } from '../../markdown/types.js';

/** `name`: what a person would call the entry. */
export type Entry = {
  readonly line: number;
  readonly name: string;
  readonly kind: 'item' | 'row';
  readonly fields: ReadonlyMap<string, string>;
};
export type EntriesUnder = {
  readonly headings: number;
  readonly columns: ReadonlySet<string>;
  readonly entries: readonly Entry[];
};

/** Lower case, blanks as `_`, like the columns of REGISTRY.md. */
export function fieldName(text: string): string {
  return text
    .replace(/[*_`]{2,}|[*`]/g, '')
    .trim()
    .toLowerCase()
    .replace(/\s+/g, '_');
}

/** An empty cell, `-` and `—`. */
export function isEmptyValue(value: string | undefined): boolean {
  return value === undefined || value === '' || value === '-' || value === '—';
}

function wantedHeading(under: string): {
  readonly depth: number | undefined;
  readonly text: string;
} {
  const wanted = /^(#{1,6})\s+(.*)$/.exec(under.trim());
  return { depth: wanted?.[1]?.length, text: (wanted?.[2] ?? under).trim() };
}

/** The line of a page that was probably meant as this heading. */
export function headingMeant(doc: Doc, under: string): string | undefined {
  const { depth = 2, text } = wantedHeading(under);
  const near = nearHeading(doc, { depth, heading: text });
  return near === undefined ? undefined : doc.text.slice(near.start, near.end).trim();
}

/** Each section ends at the next heading of the same or a higher level. */
export function entriesUnder(doc: Doc, under: string): EntriesUnder {
  const { depth, text } = wantedHeading(under);
  const headings = doc.headings.filter(
    (heading) => heading.text.trim() === text && (depth === undefined || heading.depth === depth),
  );
  const columns = new Set<string>();
  const entries: Entry[] = [];
  let last = 0;
  for (const heading of headings) {
    if (heading.start < last) continue;
    last =
      doc.headings.find((other) => other.start > heading.start && other.depth <= heading.depth)
        ?.start ?? doc.text.length;
    const end = last;
    const tables = doc.tables.filter((table) => table.start >= heading.end && table.start < end);
    for (const table of tables) {
      for (const cell of table.header.cells)
        columns.add(fieldName(decodeCell(doc.text.slice(cell.start, cell.end))));
      entries.push(...rowsOf(doc, table));
    }
    entries.push(...itemsOf(doc, heading.end, end));
  }
  return { headings: headings.length, columns, entries: entries.sort((a, b) => a.line - b.line) };
}

function rowsOf(doc: Doc, table: Table): readonly Entry[] {
  const columns = table.header.cells.map((cell) =>
    fieldName(decodeCell(doc.text.slice(cell.start, cell.end))),
  );
  return table.rows.flatMap((row): Entry[] => {
    const values = row.cells.map((cell) => decodeCell(doc.text.slice(cell.start, cell.end)).trim());
    if (values.every(isEmptyValue)) return [];
    return [
      {
        line: row.line,
        name: values.find((value) => !isEmptyValue(value)) ?? '',
        kind: 'row',
        fields: new Map(columns.map((column, i) => [column, values[i] ?? ''])),
      },
    ];
  });
}

const ITEM = /^([ \t]*)(?:[-*+]|\d{1,9}[.)])(?:[ \t]+(.*))?$/;
const RULE = /^[ \t]*([-*_])(?:[ \t]*\1){2,}[ \t]*$/;

/** Items of the outermost lists; anything indented below an item belongs to it. */
function itemsOf(doc: Doc, start: number, end: number): readonly Entry[] {
  const items: { line: number; indent: number; lines: string[] }[] = [];
  let open: { line: number; indent: number; lines: string[] } | undefined;
  let comment = false;
  let blank = false;
  for (
    let index = doc.lineStarts.findIndex((lineStart) => lineStart >= start);
    index >= 0 && index < doc.lineStarts.length;
    index++
  ) {
    const from = doc.lineStarts[index] ?? 0;
    if (from >= end) break;
    const line = doc.text
      .slice(from, Math.min(doc.lineStarts[index + 1] ?? end, end))
      .replace(/[\r\n]+$/, '');
    const hidden = comment || line.trimStart().startsWith('<!--');
    if (hidden) comment = !line.includes('-->');
    if (hidden || inBlock(doc, from)) continue;
    const item = RULE.test(line) ? null : ITEM.exec(line);
    const indent = widthOf(item?.[1] ?? /^[ \t]*/.exec(line)?.[0] ?? '');
    if (item !== null && (open === undefined ? indent < 4 : indent < open.indent + 2)) {
      open = {
        line: index + 1,
        indent: open === undefined ? indent : Math.min(open.indent, indent),
        lines: [item[2] ?? ''],
      };
      items.push(open);
    } else if (line.trim() === '') {
      blank = true;
      continue;
    } else if (open !== undefined && (indent > open.indent || !blank)) open.lines.push(line);
    else open = undefined;
    blank = false;
  }
  return items.flatMap((item): Entry[] => {
    const text = item.lines.join('\n').trim();
    return text === ''
      ? []
      : [
          {
            line: item.line,
            name: text.replace(/\s+/g, ' ').slice(0, 60),
            kind: 'item',
            fields: pairsOf(item.lines),
          },
        ];
  });
}

function inBlock(doc: Doc, offset: number): boolean {
  return (
    doc.fences.some((fence) => offset >= fence.start && offset < fence.end) ||
    doc.tables.some((table) => offset >= table.start && offset < table.end) ||
    doc.headings.some((heading) => offset >= heading.start && offset < heading.end)
  );
}

function widthOf(indent: string): number {
  return indent.replaceAll('\t', '    ').length;
}

/** `name: x` or `**Name:** x`, one on a line or several separated by `;`, `·`, `|` or `,`. */
function pairsOf(lines: readonly string[]): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (const line of lines) {
    const bare = line.replace(/^[ \t]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)?(?:\[[ xX]\][ \t]+)?/, '');
    for (const part of bare.split(
      /[;·|]|,(?=\s*(?:\*\*|__)?[\p{L}][\p{L}\p{N} _-]{0,40}(?:\*\*|__)?:)/u,
    )) {
      const colon = part.indexOf(':');
      const name = fieldName(part.slice(0, Math.max(colon, 0)));
      if (colon < 0 || !/^[\p{L}][\p{L}\p{N}_-]*$/u.test(name)) continue;
      const value = part
        .slice(colon + 1)
        .replace(/^\s*(?:\*\*|__)/, '')
        .trim();
      if (isEmptyValue(fields.get(name))) fields.set(name, value);
    }
  }
  return fields;
}
