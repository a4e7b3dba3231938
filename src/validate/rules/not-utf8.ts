/** Rule not-utf8: every governed text file is UTF-8. */
import type { Diagnostic } from '../../kernel/diagnostic.js';
import type { GovernedFile } from '../governed-file.js';
import type { FileRule } from '../rule.js';

export const notUtf8: FileRule = {
  kind: 'file',
  id: 'not-utf8',
  severity: 'error',
  suppressible: 'never',
  run: (file) =>
    file.text !== undefined || !isOurs(file) ? [] : [notUtf8At(file.path, badByte(file.bytes))],
};

/** Data that no object of the registry covers has the encoding that its owner needs. */
function isOurs({ kind, objects, tier }: GovernedFile): boolean {
  return kind === 'markdown' || (kind === 'text' && (objects.length > 0 || tier !== 'STANDARD'));
}

export type BadByte = {
  readonly offset: number;
  readonly byte: number;
  readonly line: number;
  readonly column: number;
};

export function badByte(bytes: Buffer): BadByte {
  const offset = firstBadByte(bytes);
  return { offset, byte: bytes[offset] ?? 0, ...placeOf(bytes, offset) };
}

export function notUtf8At(
  file: string,
  { offset, byte: value, line, column }: BadByte,
): Diagnostic {
  const byte = value.toString(16).toUpperCase().padStart(2, '0');
  return {
    rule: 'not-utf8',
    severity: 'error',
    message: `the byte ${byte} at offset ${offset} is not UTF-8`,
    range: { file, line, column, endLine: line, endColumn: column + 1 },
    expected: 'UTF-8 text',
    actual: `byte 0x${byte}`,
    hint: 'convert the file, for example with iconv, or give it the extension of a binary file',
  };
}

/** Offset of the first byte outside a well-formed UTF-8 sequence (Unicode, table 3-7). */
export function firstBadByte(bytes: Uint8Array): number {
  let offset = 0;
  while (offset < bytes.length) {
    const length = sequenceLength(bytes, offset);
    if (length === 0) return offset;
    offset += length;
  }
  return offset;
}

/** The second bytes allowed after first bytes that do not allow every continuation (RFC 3629). */
const SECOND_BYTES: ReadonlyMap<number, readonly [low: number, high: number]> = new Map([
  [0xe0, [0xa0, 0xbf]],
  [0xed, [0x80, 0x9f]],
  [0xf0, [0x90, 0xbf]],
  [0xf4, [0x80, 0x8f]],
]);

function sequenceLength(bytes: Uint8Array, offset: number): number {
  const first = bytes[offset] ?? 0;
  if (first < 0x80) return 1;
  const length = lengthBy(first);
  for (let i = 1; i < length; i++) {
    const byte = bytes[offset + i] ?? 0;
    const [low, high] = (i === 1 && SECOND_BYTES.get(first)) || [0x80, 0xbf];
    if (byte < low || byte > high) return 0;
  }
  return length;
}

function placeOf(bytes: Buffer, offset: number): Pick<BadByte, 'line' | 'column'> {
  const before = bytes
    .subarray(0, offset)
    .toString('utf8')
    .replace(/^\ufeff/, '');
  const lines = before.split(/\r\n|\n|\r/);
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
}

/** The length of a sequence that begins with this byte; 0 if none does. */
function lengthBy(first: number): number {
  if (first < 0xc2 || first > 0xf4) return 0;
  if (first < 0xe0) return 2;
  return first < 0xf0 ? 3 : 4;
}
