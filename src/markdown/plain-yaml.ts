/**
 * The plain YAML that nearly all front matter is written in, read in one pass: block maps and
 * lists, one-line scalars, one-line flow lists and maps.
 * Whatever is beyond that (anchors, tags, block scalars, escapes, several lines, errors of any
 * kind) is left to the `yaml` package: `undefined` means
 * "not plain", never "wrong". A property test holds that both give the same fields. It exists
 * because the package takes half a millisecond for
 * forty lines, which is most of the time of reading a large workspace.
 */

import { defined } from '../kernel/defined.js';
/** One field: offsets into the source, its text, and its structure when it is a list. */
export type PlainField = {
  readonly name: string;
  readonly start: number;
  readonly end: number;
  readonly value: string;
  readonly data?: unknown;
};

type Line = { indent: number; at: number; readonly end: number };
type Read = { readonly value: unknown; readonly text: string; readonly end: number };
type State = {
  readonly source: string;
  readonly lines: readonly Line[];
  next: number;
  readonly fields: PlainField[];
  readonly textOf: (data: unknown) => string;
};

/** Thrown and caught in this file only: the source is not plain. */
const NOT_PLAIN = Symbol('not plain');
const MAX_DEPTH = 32;
const KEY = /([A-Za-z_][\w-]*):(?=[ \r\n]|$)/y;
const FLOW_SCALAR = /[A-Za-z0-9_./*-][^,[\]{}#:"'\r\n&!|>%@`?]*/y;
const NUMBER = /^[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?$/;
const INTEGER = /^[-+]?[0-9]+$/;
const ODD_NUMBER = /^(?:0[ox]|[-+]?\.(?:inf|Inf|INF)|\.nan|\.NaN|\.NAN)/;
const NULL = /^(?:~|null|Null|NULL)$/;
const TRUE = /^(?:true|True|TRUE)$/;
const FALSE = /^(?:false|False|FALSE)$/;

/**
 * The fields of plain front matter in their order, or `undefined`. `textOf` gives a list's text.
 */
export function readPlainYaml(
  source: string,
  textOf: (data: unknown) => string,
): readonly PlainField[] | undefined {
  const lines = contentLines(source);
  if (!lines) return undefined;
  const state: State = { source, lines, next: 0, fields: [], textOf };
  try {
    if (lines.length > 0) readMap(state, { indent: 0, prefix: '', depth: 0 });
    return state.next === lines.length ? state.fields : undefined;
  } catch (thrown) {
    if (thrown === NOT_PLAIN) return undefined;
    throw thrown;
  }
}

/**
 * The structure of a plain block (a list, a map, or one of them in brackets on one line), or
 * `undefined`.
 */
export function readPlainData(source: string): { readonly data: unknown } | undefined {
  const lines = contentLines(source);
  const first = lines?.[0];
  if (!lines || !first) return undefined;
  const state: State = { source, lines, next: 0, fields: [], textOf: () => '' };
  try {
    const data = readBlock(state, first);
    return state.next === lines.length ? { data } : undefined;
  } catch (thrown) {
    if (thrown === NOT_PLAIN) return undefined;
    throw thrown;
  }
}

function readBlock(state: State, first: Line): unknown {
  const c = state.source.charCodeAt(first.at);
  if (isDash(state.source, first)) return readList(state, first.indent, 0);
  if (c !== 91 && c !== 123) return readData(state, first.indent, 0);
  state.next++;
  return readInline(state, first.at, first.end).value;
}

/** Lines with content; comment lines and blank lines are passed over. */
function contentLines(source: string): Line[] | undefined {
  const lines: Line[] = [];
  let start = 0;
  while (start < source.length) {
    const found = source.indexOf('\n', start);
    const next = found === -1 ? source.length : found;
    let end = next;
    while (end > start && isBlank(source.charCodeAt(end - 1))) end--;
    let at = start;
    while (at < end && source.charCodeAt(at) === 32) at++;
    const c = source.charCodeAt(at);
    if (at < end) {
      if (c === 9) return undefined;
      if (c !== 35) lines.push({ indent: at - start, at, end });
    }
    start = next + 1;
  }
  return lines;
}

type MapAt = { readonly indent: number; readonly prefix: string; readonly depth: number };

/** Names and values at one indent, as fields. */
function readMap(state: State, at: MapAt): void {
  const seen = new Set<string>();
  for (
    let line = state.lines[state.next];
    line && line.indent >= at.indent;
    line = state.lines[state.next]
  ) {
    if (line.indent !== at.indent || at.depth > MAX_DEPTH) throw NOT_PLAIN;
    const { name, after } = readName(state, line, seen);
    state.next++;
    const from = skipSpaces(state.source, after, line.end);
    const next = state.lines[state.next];
    if (from < line.end) {
      const read = readInline(state, from, line.end);
      if (next && next.indent > at.indent) throw NOT_PLAIN;
      const isList = typeof read.value === 'object' && read.value !== null;
      if (isList && !Array.isArray(read.value)) throw NOT_PLAIN;
      state.fields.push({
        name: at.prefix + name,
        start: from,
        end: read.end,
        value: read.text,
        ...defined({ data: isList ? read.value : undefined }),
      });
    } else if (next && isDash(state.source, next) && next.indent >= at.indent) {
      const start = next.at;
      const data = readList(state, next.indent, at.depth + 1);
      const end = state.lines[state.next - 1]?.end ?? start;
      state.fields.push({ name: at.prefix + name, start, end, value: state.textOf(data), data });
    } else if (next && next.indent > at.indent) {
      readMap(state, { indent: next.indent, prefix: `${at.prefix}${name}.`, depth: at.depth + 1 });
    } else {
      state.fields.push({ name: at.prefix + name, start: after, end: after, value: '' });
    }
  }
}

/** Items of a block list at one indent. */
function readList(state: State, indent: number, depth: number): unknown[] {
  const items: unknown[] = [];
  for (
    let line = state.lines[state.next];
    line && line.indent === indent && isDash(state.source, line);
    line = state.lines[state.next]
  ) {
    const from = skipSpaces(state.source, line.at + 1, line.end);
    if (from >= line.end || depth > MAX_DEPTH) throw NOT_PLAIN;
    KEY.lastIndex = from;
    if (KEY.test(state.source)) {
      line.indent += from - line.at;
      line.at = from;
      items.push(readData(state, line.indent, depth + 1));
    } else {
      const { value } = readInline(state, from, line.end);
      items.push(value);
      state.next++;
    }
    const next = state.lines[state.next];
    if (next && next.indent > indent) throw NOT_PLAIN;
  }
  return items;
}

/** A map below a list: structure, not fields. */
function readData(state: State, indent: number, depth: number): Record<string, unknown> {
  const map: Record<string, unknown> = {};
  const seen = new Set<string>();
  for (
    let line = state.lines[state.next];
    line && line.indent >= indent;
    line = state.lines[state.next]
  ) {
    if (line.indent !== indent || isDash(state.source, line) || depth > MAX_DEPTH) throw NOT_PLAIN;
    const { name, after } = readName(state, line, seen);
    state.next++;
    const from = skipSpaces(state.source, after, line.end);
    const next = state.lines[state.next];
    if (from < line.end) {
      map[name] = readInline(state, from, line.end).value;
      if (next && next.indent > indent) throw NOT_PLAIN;
    } else if (next && isDash(state.source, next) && next.indent >= indent)
      map[name] = readList(state, next.indent, depth + 1);
    else if (next && next.indent > indent) map[name] = readData(state, next.indent, depth + 1);
    else map[name] = null;
  }
  return map;
}

function readName(
  state: State,
  line: Line,
  seen: Set<string>,
): { readonly name: string; readonly after: number } {
  KEY.lastIndex = line.at;
  const name = KEY.exec(state.source)?.[1];
  if (name === undefined || seen.has(name) || NULL.test(name) || name === '__proto__')
    throw NOT_PLAIN;
  seen.add(name);
  return { name, after: KEY.lastIndex };
}

/** A value on its name's line, with nothing behind it but a comment. */
function readInline(state: State, from: number, lineEnd: number): Read {
  const { source } = state;
  const c = source.charCodeAt(from);
  let read: Read;
  if (c === 34 || c === 39) read = readQuoted(source, from, lineEnd);
  else if (c === 91 || c === 123) read = readFlow(state, from, lineEnd, 0);
  else return readPlain(source, from, lineEnd);
  if (read.end < lineEnd && !/^[ \t]+#/.test(source.slice(read.end, lineEnd))) throw NOT_PLAIN;
  return read;
}

/** A plain scalar up to a comment or the end of its line; one look at each character. */
function readPlain(source: string, from: number, lineEnd: number): Read {
  if (!opensPlain(source.charCodeAt(from)) || isMark(source, from, 45, lineEnd)) throw NOT_PLAIN;
  let end = from;
  for (let at = from; at < lineEnd; at++) {
    const c = source.charCodeAt(at);
    if (c === 32) continue;
    if (c === 35 && at > from && source.charCodeAt(at - 1) === 32) break;
    if (isMark(source, at, 58, lineEnd) || isOdd(c)) throw NOT_PLAIN;
    end = at + 1;
  }
  return { ...scalar(source.slice(from, end)), end };
}

/**
 * Can a plain scalar begin so, outside brackets? Letters, digits and what has no meaning of its own
 * in YAML; `-` when no blank follows.
 */
function opensPlain(c: number): boolean {
  if ((c >= 97 && c <= 122) || (c >= 65 && c <= 90) || (c >= 45 && c <= 57)) return true;
  return (
    c > 0xa0 ||
    c === 95 ||
    c === 40 ||
    c === 43 ||
    c === 36 ||
    c === 60 ||
    c === 126 ||
    c === 92 ||
    c === 94 ||
    c === 59
  );
}

/** This character with a blank or the end of the line behind it. */
function isMark(source: string, at: number, mark: number, lineEnd: number): boolean {
  return (
    source.charCodeAt(at) === mark && (at + 1 >= lineEnd || isBlank(source.charCodeAt(at + 1)))
  );
}

/** Control characters, tabs and line separators: left to the package. */
function isOdd(c: number): boolean {
  return c < 32 || (c >= 0x7f && c <= 0x9f) || c === 0x2028 || c === 0x2029 || c === 0xfeff;
}

function readQuoted(source: string, from: number, lineEnd: number): Read {
  const quote = source.charAt(from);
  const close = source.indexOf(quote, from + 1);
  if (close === -1 || close >= lineEnd || source.charAt(close + 1) === quote) throw NOT_PLAIN;
  const text = source.slice(from + 1, close);
  if (text.includes('\\') || text.includes('\t')) {
    if (quote === '"' || text.includes('\t')) throw NOT_PLAIN;
  }
  return { value: text, text, end: close + 1 };
}

/** `[a, "b", {c: d}]` on one line. */
function readFlow(state: State, from: number, lineEnd: number, depth: number): Read {
  const { source } = state;
  const isList = source.charCodeAt(from) === 91;
  const close = isList ? 93 : 125;
  const list: unknown[] = [];
  const map: Record<string, unknown> = {};
  if (depth > MAX_DEPTH) throw NOT_PLAIN;
  let at = skipSpaces(source, from + 1, lineEnd);
  while (at < lineEnd && source.charCodeAt(at) !== close) {
    let name = '';
    if (!isList) {
      KEY.lastIndex = at;
      name = KEY.exec(source)?.[1] ?? '';
      if (name === '' || Object.hasOwn(map, name) || NULL.test(name) || name === '__proto__')
        throw NOT_PLAIN;
      at = skipSpaces(source, KEY.lastIndex, lineEnd);
    }
    const item = readFlowValue(state, at, lineEnd, depth);
    if (isList) list.push(item.value);
    else map[name] = item.value;
    at = skipSpaces(source, item.end, lineEnd);
    if (source.charCodeAt(at) === 44) {
      at = skipSpaces(source, at + 1, lineEnd);
      if (source.charCodeAt(at) === close) throw NOT_PLAIN;
    } else if (source.charCodeAt(at) !== close) throw NOT_PLAIN;
  }
  if (at >= lineEnd) throw NOT_PLAIN;
  const value = isList ? list : map;
  return { value, text: state.textOf(value), end: at + 1 };
}

function readFlowValue(state: State, at: number, lineEnd: number, depth: number): Read {
  const { source } = state;
  const c = source.charCodeAt(at);
  if (c === 34 || c === 39) return readQuoted(source, at, lineEnd);
  if (c === 91 || c === 123) return readFlow(state, at, lineEnd, depth + 1);
  FLOW_SCALAR.lastIndex = at;
  const text = FLOW_SCALAR.exec(source)?.[0].trimEnd();
  if (
    text === undefined ||
    c === 42 ||
    text === '-' ||
    text.startsWith('- ') ||
    at + text.length > lineEnd ||
    /[\t\u0085\u2028\u2029\ufeff]/.test(text)
  )
    throw NOT_PLAIN;
  return { ...scalar(text), end: at + text.length };
}

/** Core schema of YAML 1.2. Most text cannot be anything else but text, by its first character. */
function scalar(text: string): { readonly value: unknown; readonly text: string } {
  const c = text.charCodeAt(0);
  if ((c >= 43 && c <= 57) || c === 46) {
    if (ODD_NUMBER.test(text)) throw NOT_PLAIN;
    if (NUMBER.test(text))
      return {
        value: INTEGER.test(text) ? Number.parseInt(text, 10) : Number.parseFloat(text),
        text,
      };
  } else if (text.length <= 5) {
    if (NULL.test(text)) return { value: null, text: '' };
    if (TRUE.test(text)) return { value: true, text };
    if (FALSE.test(text)) return { value: false, text };
  }
  return { value: text, text };
}

function isDash(source: string, line: Line): boolean {
  const next = source.charCodeAt(line.at + 1);
  return source.charCodeAt(line.at) === 45 && (line.at + 1 >= line.end || next === 32);
}

function skipSpaces(source: string, from: number, end: number): number {
  let at = from;
  while (at < end && source.charCodeAt(at) === 32) at++;
  return at;
}

function isBlank(c: number): boolean {
  return c === 32 || c === 13 || c === 9;
}
