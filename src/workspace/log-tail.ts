/** The end of a chained log: its columns, last hash and number of rows, without reading it all. */
import { closeSync, openSync, readSync, statSync } from '../kernel/files.js';
import { genesis, link, linkedLine } from '../kernel/chain.js';
import { NocturneError } from '../kernel/error.js';
import { plural } from '../kernel/words.js';
import { decodeCell, encodeCell } from '../markdown/cell.js';
import { isLineLog } from '../markdown/read-lines.js';
import { parseRow } from '../markdown/row.js';
import { readRecords } from '../markdown/read-records.js';
import { scan } from '../markdown/scan.js';
import type { Value } from '../markdown/types.js';
import type { ObjectSpec } from '../registry/types.js';
import { within } from './root-descriptor.js';
import type { Anchor, AppendOp } from './storage-types.js';
import type { Fields } from './types.js';

const HEAD_BYTES = 16_384;

export type LogTail = { readonly columns: readonly string[]; readonly anchor: Anchor };

/**
 * Reads the header at the start of the file, and takes the last hash from the anchor. An empty log
 * needs no anchor. @throws NocturneError for a log that differs from its anchor, or has none.
 */
export function readTail(
  root: string,
  log: { file: string; object: ObjectSpec; anchor: Anchor | undefined },
): LogTail {
  const path = within(root, log.file);
  const size = sizeOf(path, log.file);
  const columns = readColumns(path, log);
  if (log.anchor !== undefined) {
    if (log.anchor.bytes !== size)
      throw new NocturneError(
        'GATE',
        `${log.file} has ${size} bytes, but its anchor says ${log.anchor.bytes}`,
        { file: log.file, hint: 'the log was changed outside Nocturne; run nocturne audit verify' },
      );
    return { columns, anchor: log.anchor };
  }
  const rows = readRecords(scan(readText(path, size)), log.file, log.object).records.length;
  // Appending would anchor these rows too.
  if (rows > 0)
    throw new NocturneError(
      'NOT_TRUSTED',
      `${log.file} has ${plural(rows, 'row')}, but no anchor on this machine, so nothing was written`,
      {
        file: log.file,
        hint: 'if the rows were written with another NOCTURNE_HOME, set it; otherwise review the workspace and run nocturne sign --all',
      },
    );
  return { columns, anchor: { head: genesis(log.file), rows: 0, bytes: size } };
}

/** Rows as bytes to append, each with the hash of the row before it. */
export function appendRows(
  tail: LogTail,
  log: { file: string; object: ObjectSpec; rows: readonly Fields[] },
): AppendOp {
  let { head } = tail.anchor;
  const lines: string[] = [];
  for (const fields of log.rows) {
    if (isLineLog(log.file)) {
      const { line, link: own } = linkedLine(head, membersOf(tail.columns, fields));
      head = own;
      lines.push(`${line}\n`);
      continue;
    }
    const cells = tail.columns.slice(0, -1).map((column) => encodeCell(cellText(fields[column])));
    head = link(
      head,
      cells.map((cell) => decodeCell(cell)),
    );
    lines.push(`| ${[...cells, head].join(' | ')} |\n`);
  }
  return {
    kind: 'append',
    path: log.file,
    offset: tail.anchor.bytes,
    content: Buffer.from(lines.join(''), 'utf8'),
    head,
    rows: tail.anchor.rows + log.rows.length,
  };
}

/** In the order of R2, without empty values. */
function membersOf(columns: readonly string[], fields: Fields): Fields {
  return Object.fromEntries(
    columns
      .slice(0, -1)
      .flatMap((column) =>
        fields[column] === undefined || fields[column] === null ? [] : [[column, fields[column]]],
      ),
  );
}

function cellText(value: Value | undefined): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value).trim();
}

function readColumns(path: string, log: { file: string; object: ObjectSpec }): readonly string[] {
  if (isLineLog(log.file))
    return [...[...log.object.fields.keys()].filter((name) => name !== 'chain'), 'chain'];
  const text = readText(path, HEAD_BYTES);
  const lines = text.split('\n');
  const delimiter = lines.findIndex((line, i) => i > 0 && /^\|(?:\s*:?-+:?\s*\|)+\s*$/.test(line));
  const header = delimiter < 1 ? undefined : lines[delimiter - 1];
  const columns =
    header === undefined
      ? []
      : parseRow(header).map((name) => name.toLowerCase().replaceAll(' ', '_'));
  if (columns.at(-1) !== 'chain')
    throw new NocturneError('GATE', `${log.file} has no table with Chain as its last column`, {
      file: log.file,
      hint: 'restore the file: a log begins with its table and ends with its last row',
    });
  return columns;
}

function sizeOf(path: string, file: string): number {
  try {
    return statSync(path).size;
  } catch (cause) {
    throw new NocturneError('GATE', `the log ${file} is missing`, {
      file,
      hint: 'restore the file: logs are never deleted',
      cause,
    });
  }
}

function readText(path: string, bytes: number): string {
  const descriptor = openSync(path, 'r');
  try {
    const buffer = Buffer.alloc(bytes);
    return buffer.toString('utf8', 0, readSync(descriptor, buffer, 0, bytes, 0));
  } finally {
    closeSync(descriptor);
  }
}
