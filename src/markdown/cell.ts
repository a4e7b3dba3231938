/**
 * Encodes and decodes values in table cells and section items.
 *
 * A run of backslashes escapes only before a pipe, a `<br>` or the end of the text; elsewhere
 * backslashes are literal, so that regexes and Windows paths stay readable. In such a run, a pair
 * means one backslash, and a single one left over makes the pipe or the `<br>` literal (at the end
 * of the text it means itself). A newline is `<br>`. Nothing, `-` and `—` mean null, the empty
 * string; the value of a lone dash is written `\-`.
 *
 * Normal form of a value: no space or tab at its ends, lines separated by `\n`, no other control
 * characters, also none that turn the direction of text, and no half surrogates. They become
 * U+FFFD, because text from an agent must not control the reader's terminal.
 * `decode(encode(v)) === v` for every value in normal form.
 */
import { trimBlanks } from './block-start.js';

const BACKSLASH = 92;
const PIPE = 124;
const LESS = 60;
const NEWLINE = 10;
const NULLS = new Set(['', '-', '—']);
const ESCAPED_DASH = /^\\+[-—]$/;
const UNWRITABLE =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]|\p{Surrogate}/u;
const DASH_VALUE = /^\\*[-—]$/;

/** The value of a table cell's source text. */
export function decodeCell(raw: string): string {
  return decode(raw, true);
}

/** The source text of a table cell for a value, which is normalised first. */
export function encodeCell(value: string): string {
  return encode(normalValue(value), true);
}

/** The value of a section item's source text, in which a pipe needs no escape. */
export function decodeItem(raw: string): string {
  // Formatters put an address into angle brackets.
  const address = raw.startsWith('<') ? /^<(https?:\/\/[^<>\s]+)>$/.exec(raw)?.[1] : undefined;
  return decode(address ?? raw, false);
}

/** The source text of a section item for a value. */
export function encodeItem(value: string): string {
  return encode(normalValue(value), false);
}

/** Normal form: trimmed of spaces and tabs, every line ending `\n`, no control characters. */
export function normalValue(value: string): string {
  const lines = value.includes('\r') ? value.replace(/\r\n?/g, '\n') : value;
  return trimBlanks(
    UNWRITABLE.test(lines) ? lines.replace(new RegExp(UNWRITABLE, 'gu'), '\ufffd') : lines,
  );
}

function decode(raw: string, pipes: boolean): string {
  if (raw.length <= 1 && NULLS.has(raw)) return '';
  if (!raw.includes('\\') && !raw.includes('<')) return raw;
  if (ESCAPED_DASH.test(raw)) return raw.slice(1);
  let value = '';
  let copied = 0;
  let offset = 0;
  while (offset < raw.length) {
    const c = raw.charCodeAt(offset);
    if (c !== BACKSLASH && c !== LESS) {
      offset++;
      continue;
    }
    const run = offset;
    while (raw.charCodeAt(offset) === BACKSLASH) offset++;
    const slashes = offset - run;
    const end = offset === raw.length;
    const pipe = pipes && raw.charCodeAt(offset) === PIPE;
    const broken = pipe || end ? 0 : breakLength(raw, offset);
    if (!pipe && !end && broken === 0) {
      if (slashes === 0) offset++;
      continue;
    }
    value += raw.slice(copied, run) + '\\'.repeat(end ? (slashes + 1) >> 1 : slashes >> 1);
    if (pipe) value += '|';
    else if (broken > 0) value += slashes % 2 === 1 ? raw.slice(offset, offset + broken) : '\n';
    offset += pipe ? 1 : broken;
    copied = offset;
  }
  return value + raw.slice(copied);
}

function encode(value: string, pipes: boolean): string {
  if (value === '') return '-';
  if (DASH_VALUE.test(value)) return `\\${value}`;
  let raw = '';
  let copied = 0;
  let offset = 0;
  while (offset < value.length) {
    const c = value.charCodeAt(offset);
    if (c !== BACKSLASH && c !== LESS && c !== NEWLINE && !(pipes && c === PIPE)) {
      offset++;
      continue;
    }
    const run = offset;
    while (value.charCodeAt(offset) === BACKSLASH) offset++;
    const slashes = offset - run;
    const end = offset === value.length;
    const next = value.charCodeAt(offset);
    const pipe = pipes && next === PIPE;
    const broken = end || pipe ? 0 : breakLength(value, offset);
    if (!end && !pipe && broken === 0 && next !== NEWLINE) {
      if (slashes === 0) offset++;
      continue;
    }
    raw += value.slice(copied, run) + '\\'.repeat(2 * slashes);
    if (pipe) raw += '\\|';
    else if (broken > 0) raw += `\\${value.slice(offset, offset + broken)}`;
    else if (next === NEWLINE) raw += '<br>';
    offset += end ? 0 : Math.max(broken, 1);
    copied = offset;
  }
  return raw + value.slice(copied);
}

/** Length of the `<br>`, `<br/>` or `<br />` at `offset`, else 0. */
function breakLength(text: string, offset: number): number {
  if (text.charCodeAt(offset) !== LESS) return 0;
  const tag = text.slice(offset, offset + 6).toLowerCase();
  if (tag.startsWith('<br>')) return 4;
  if (tag.startsWith('<br/>')) return 5;
  return tag === '<br />' ? 6 : 0;
}
