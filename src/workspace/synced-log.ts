/**
 * A chained log in the state directory to which one process appends. A row is on the disk before
 * `append` returns. After a crash only the last row can be torn, because each is flushed before the
 * next; it is then cut off.
 */
import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  lstatSync,
  openSync,
  readSync,
  statSync,
} from '../kernel/files.js';
import { dirname } from 'node:path';
import { cutLine, genesis, link, linkedLine } from '../kernel/chain.js';
import { NocturneError } from '../kernel/error.js';
import { makeDirectory, syncDirectory, writeAll } from './durable.js';
import { onFile } from './storage-error.js';

/** A place between two rows: the size of the log there, and the link of the row before. */
export type LogPlace = RowEnd & { readonly rows: number };
export type RowEnd = { readonly bytes: number; readonly head: string };

export interface SyncedLog {
  readonly place: LogPlace;
  /** @throws NocturneError `GATE` for a file that another program has changed, or removed. */
  append(members: Readonly<Record<string, unknown>>): void;
  close(): void;
}

/** In messages. */
export type LogName = { readonly log: string; readonly writer: string };
/** `start`: of `logStart`, or a later place. */
export type SyncedLogKind = { readonly start: LogPlace; readonly name: LogName };

const BLOCK_BYTES = 262_144;

/** @param name in the links of the log, wherever the state directory is. */
export function logStart(name: string): LogPlace {
  return { bytes: 0, head: genesis(name), rows: 0 };
}

/**
 * Opens the log, and gives each row after `start` to `onRow`.
 * @throws NocturneError `GATE` for a log that another program has changed.
 */
export function openSyncedLog(
  path: string,
  options: SyncedLogKind & { readonly onRow: (members: unknown) => void },
): SyncedLog {
  makeDirectory(dirname(path), 0o700);
  const flags = constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW;
  const descriptor = onFile(path, 'open', () => openSync(path, flags, 0o600));
  let place: LogPlace;
  try {
    place = readRows(descriptor, path, options);
    if (fstatSync(descriptor).size > place.bytes)
      onFile(path, 'truncate', () => ftruncateSync(descriptor, place.bytes));
    onFile(path, 'flush', () => fsyncSync(descriptor));
    syncDirectory(dirname(path));
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
  const { ino } = fstatSync(descriptor);
  const requireUnchanged = (): void => {
    const file = lstatSync(path, { throwIfNoEntry: false });
    if (file?.ino !== ino) throw removed(path, options.name);
    if (file.size !== place.bytes) throw changed(path, place.rows + 1, options.name);
  };
  return {
    get place() {
      return place;
    },
    append(members) {
      requireUnchanged();
      const { line, link: head } = linkedLine(place.head, members);
      const content = Buffer.from(`${line}\n`);
      try {
        onFile(path, 'append to', () => writeAll(descriptor, content));
        onFile(path, 'flush', () => fsyncSync(descriptor));
      } catch (error) {
        ftruncateSync(descriptor, place.bytes);
        throw error;
      }
      place = { bytes: place.bytes + content.length, head, rows: place.rows + 1 };
    },
    close: () => closeSync(descriptor),
  };
}

/** The rows of the log as they are now, while another process may append; none without a file. */
export function readSyncedLog(
  path: string,
  options: SyncedLogKind & { readonly onRow: (members: unknown) => void },
): LogPlace {
  if (!existsSync(path)) return options.start;
  const descriptor = onFile(path, 'open', () => openSync(path, 'r'));
  try {
    return readRows(descriptor, path, options);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * The last whole row that ends within so many bytes, of which nothing is verified; `undefined`:
 * there is none.
 */
export function lastPlace(path: string, within = Number.POSITIVE_INFINITY): RowEnd | undefined {
  const size = Math.min(within, statSync(path, { throwIfNoEntry: false })?.size ?? 0);
  const block = Buffer.alloc(Math.min(size, BLOCK_BYTES));
  if (block.length === 0) return undefined;
  const start = size - block.length;
  const descriptor = onFile(path, 'open', () => openSync(path, 'r'));
  try {
    onFile(path, 'read', () => readSync(descriptor, block, 0, block.length, start));
  } finally {
    closeSync(descriptor);
  }
  const end = block.lastIndexOf(10);
  const line = block.subarray(block.subarray(0, Math.max(0, end)).lastIndexOf(10) + 1, end);
  const cut = end < 0 ? undefined : cutLine(line.toString('utf8'));
  return cut && { bytes: start + end + 1, head: cut.link };
}

/** Where the last whole row ends. */
function readRows(
  descriptor: number,
  path: string,
  { start, name, onRow }: SyncedLogKind & { readonly onRow: (members: unknown) => void },
): LogPlace {
  const size = fstatSync(descriptor).size;
  if (size < start.bytes) throw changed(path, start.rows, name);
  let place = start;
  let rest = Buffer.alloc(0);
  const block = Buffer.alloc(BLOCK_BYTES);
  for (let offset = start.bytes; offset < size; ) {
    const count = onFile(path, 'read', () =>
      readSync(descriptor, block, 0, Math.min(block.length, size - offset), offset),
    );
    if (count === 0) break;
    offset += count;
    rest = Buffer.concat([rest, block.subarray(0, count)]);
    for (let end = rest.indexOf(10); end !== -1; end = rest.indexOf(10)) {
      const line = rest.subarray(0, end).toString('utf8');
      const cut = cutLine(line);
      const isLast = offset === size && end === rest.length - 1;
      if (cut === undefined && isLast) return place;
      if (cut === undefined || link(place.head, [cut.body]) !== cut.link)
        throw changed(path, place.rows + 1, name);
      onRow(JSON.parse(line));
      place = { bytes: place.bytes + end + 1, head: cut.link, rows: place.rows + 1 };
      rest = rest.subarray(end + 1);
    }
  }
  return place;
}

/** What is written to a file without a name is lost. */
function removed(path: string, { log }: LogName): NocturneError {
  const message = `another program has removed or replaced the file of ${log}`;
  return new NocturneError('GATE', message, {
    file: path,
    hint: 'restore the file from a backup',
  });
}

function changed(path: string, row: number, { log, writer }: LogName): NocturneError {
  return new NocturneError(
    'GATE',
    `row ${row} of ${log} is not what ${writer} wrote: another program has changed the file`,
    {
      file: path,
      line: row,
      hint: `restore the file from a backup, or move it away: ${writer} then begins a new one`,
    },
  );
}
