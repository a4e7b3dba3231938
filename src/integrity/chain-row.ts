/**
 * One row of a chained log, from its bytes. A row is sound if it is exactly what Nocturne writes
 * (`| a | b | link |`, each cell in its one encoded form) and its last cell links the others to the
 * row before. The link covers decoded values, so only the exact form reveals a changed blank or
 * another spelling of the same value.
 */
import { isUtf8 } from 'node:buffer';
import { hash } from 'node:crypto';
import { link, LINK_LENGTH } from '../kernel/chain.js';
import { formatRow, parseRow } from '../markdown/row.js';

/** `values` without the chain cell. */
export type ChainRow = { readonly values: readonly string[]; readonly link: string };

/**
 * Follows a chain row by row. `accept` is false for a row that is not sound; the head then stays.
 */
export type ChainFollower = {
  readonly head: () => string;
  accept(bytes: Buffer, start: number, end: number): boolean;
};

const PIPE = 124;
const SPACE = 32;
const DASH = 45;
const QUOTE = 34;
const COMMA = 44;
const BRACKET = 93;
/** Before the first value: the previous link, a newline, `[` and `"`. */
const PREFIX = LINK_LENGTH + 3;

/** 0: a byte to copy, 1: a pipe, 2: a byte with another form in JSON or in a cell (slow path). */
const CLASS = Uint8Array.from({ length: 256 }, (_, byte) => {
  if (byte === PIPE) return 1;
  return byte < SPACE || byte > 126 || '"\\<'.includes(String.fromCharCode(byte)) ? 2 : 0;
});

/** @param genesis the link before the first row. @param columns of the log, with the chain's. */
export function followChain(genesis: string, columns: number): ChainFollower {
  let head = genesis;
  let message = Buffer.alloc(8192);
  const restart = (): void => {
    message.write(`${head}\n["`, 0, 'latin1');
  };
  restart();
  return {
    head: () => head,
    accept: (bytes, start, end) => {
      if (end - start + PREFIX + 2 * columns > message.length) {
        message = Buffer.alloc(2 * (end - start) + PREFIX + 2 * columns);
        restart();
      }
      const length = plainMessage(message, { bytes, start, end, columns });
      if (length < 0) {
        const next = slowLink(head, bytes.subarray(start, end), columns);
        if (next === undefined) return false;
        head = next;
        message.write(head, 0, 'latin1');
        return true;
      }
      const own = bytes.toString('latin1', end - 2 - LINK_LENGTH, end - 2);
      const next = plainLink(message, length, own);
      if (next === undefined) return false;
      for (let i = 0; i < LINK_LENGTH; i++) message[i] = next.charCodeAt(i);
      head = next;
      return true;
    },
  };
}

/** Values and link of a row in the exact form; `undefined` for any other line. */
export function readChainRow(line: Buffer, columns: number): ChainRow | undefined {
  if (!isUtf8(line)) return undefined;
  const text = line.toString('utf8');
  const cells = parseRow(text);
  const last = cells.at(-1);
  if (
    cells.length !== columns ||
    last === undefined ||
    !/^[0-9a-f]{32}$/.test(last) ||
    formatRow(cells) !== text
  )
    return undefined;
  return { values: cells.slice(0, -1), link: last };
}

/**
 * Whether `row` comes directly after the row with the link `previous`. A row that is older than the
 * last columns of its log has empty cells there, and its link does not cover them.
 */
export function follows(previous: string, row: ChainRow | undefined): boolean {
  if (row === undefined) return false;
  let { values } = row;
  while (link(previous, values) !== row.link) {
    if (values.length < 2 || values.at(-1) !== '') return false;
    values = values.slice(0, -1);
  }
  return true;
}

/** `own` if it is the link of the message, with or without its last empty values. */
function plainLink(message: Buffer, length: number, own: string): string | undefined {
  let end = length;
  while (hash('sha256', message.subarray(0, end), 'hex').slice(0, LINK_LENGTH) !== own) {
    if (message.toString('latin1', end - 4, end) !== ',""]') return undefined;
    end -= 3;
    message[end - 1] = BRACKET;
  }
  return own;
}

function slowLink(head: string, line: Buffer, columns: number): string | undefined {
  const row = readChainRow(line, columns);
  return row !== undefined && follows(head, row) ? row.link : undefined;
}

/**
 * Writes what the row's link covers into `message`, after the previous link: for a row of plain
 * ASCII, its bytes with `","` in place of ` | `. Returns the length, or -1 if the row needs the
 * slow path or its last cell does not have a link's length.
 */
function plainMessage(
  message: Buffer,
  row: {
    readonly bytes: Buffer;
    readonly start: number;
    readonly end: number;
    readonly columns: number;
  },
): number {
  const { bytes, start, end } = row;
  if (bytes[start] !== PIPE || bytes[start + 1] !== SPACE || bytes[end - 1] !== PIPE) return -1;
  let out = PREFIX;
  let cell = start + 2;
  let columns = 0;
  for (let offset = cell; offset < end; offset++) {
    const byte = bytes[offset] ?? 0;
    const kind = CLASS[byte];
    if (kind === 0) {
      message[out++] = byte;
      continue;
    }
    const blanksAreRight =
      offset > cell + 1 &&
      bytes[offset - 1] === SPACE &&
      bytes[offset - 2] !== SPACE &&
      bytes[cell] !== SPACE &&
      bytes[offset + 1] === SPACE;
    if (kind === 2 || !blanksAreRight) return -1;
    out -= offset - cell === 2 && bytes[cell] === DASH ? 2 : 1;
    message[out++] = QUOTE;
    if (++columns === row.columns - 1) {
      message[out++] = BRACKET;
      return offset + LINK_LENGTH + 4 === end && bytes[end - 2] === SPACE ? out : -1;
    }
    message[out++] = COMMA;
    message[out++] = QUOTE;
    cell = offset + 2;
    offset++;
  }
  return -1;
}
