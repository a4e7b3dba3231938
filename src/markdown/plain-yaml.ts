/**
 * Reads the plain YAML of nearly all front matter in one pass: block maps and lists, and scalars
 * and flow collections on one line. Everything else (anchors, tags, block scalars, escapes, errors)
 * is left to the `yaml` package: `undefined` means "not plain", never "wrong". A property test
 * compares both. The package takes half a millisecond for forty lines, which would be most of the
 * time of reading a large workspace.
 */
import {
  isBlank,
  KEY,
  MAX_DEPTH,
  NOT_PLAIN,
  NULL,
  readInline,
  skipSpaces,
  type Inline,
} from './plain-yaml-inline.js';

/** A field: offsets into the source, its text, and the structure of a list. */
export type PlainField = {
  readonly name: string;
  readonly start: number;
  readonly end: number;
  readonly value: string;
  readonly data?: unknown;
};

type Line = { indent: number; offset: number; readonly end: number };
type State = Inline & {
  readonly lines: readonly Line[];
  next: number;
  readonly fields: PlainField[];
};

/** The fields of plain front matter, or `undefined`. @param textOf gives the text of a list. */
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

/** The structure of a plain list or map, or `undefined`. */
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
  const c = state.source.charCodeAt(first.offset);
  if (isDash(state.source, first)) return readList(state, first.indent, 0);
  if (c !== 91 && c !== 123) return readData(state, first.indent, 0);
  state.next++;
  return readInline(state, first.offset, first.end).value;
}

/** The lines with content, without comment lines and blank lines. */
function contentLines(source: string): Line[] | undefined {
  const lines: Line[] = [];
  let start = 0;
  while (start < source.length) {
    const found = source.indexOf('\n', start);
    const next = found === -1 ? source.length : found;
    let end = next;
    while (end > start && isBlank(source.charCodeAt(end - 1))) end--;
    let offset = start;
    while (offset < end && source.charCodeAt(offset) === 32) offset++;
    const c = source.charCodeAt(offset);
    if (offset < end) {
      if (c === 9) return undefined;
      if (c !== 35) lines.push({ indent: offset - start, offset, end });
    }
    start = next + 1;
  }
  return lines;
}

type MapAt = { readonly indent: number; readonly prefix: string; readonly depth: number };

/** Names and values at one indent, as fields. */
function readMap(state: State, map: MapAt): void {
  const seen = new Set<string>();
  for (
    let line = state.lines[state.next];
    line && line.indent >= map.indent;
    line = state.lines[state.next]
  ) {
    if (line.indent !== map.indent || map.depth > MAX_DEPTH) throw NOT_PLAIN;
    const { name, after } = readName(state, line, seen);
    state.next++;
    const from = skipSpaces(state.source, after, line.end);
    const next = state.lines[state.next];
    if (from < line.end) {
      const read = readInline(state, from, line.end);
      if (next && next.indent > map.indent) throw NOT_PLAIN;
      const isList = typeof read.value === 'object' && read.value !== null;
      if (isList && !Array.isArray(read.value)) throw NOT_PLAIN;
      const field = { name: map.prefix + name, start: from, end: read.end, value: read.text };
      state.fields.push(isList ? { ...field, data: read.value } : field);
    } else if (next && isDash(state.source, next) && next.indent >= map.indent) {
      const start = next.offset;
      const data = readList(state, next.indent, map.depth + 1);
      const end = state.lines[state.next - 1]?.end ?? start;
      state.fields.push({ name: map.prefix + name, start, end, value: state.textOf(data), data });
    } else if (next && next.indent > map.indent) {
      readMap(state, {
        indent: next.indent,
        prefix: `${map.prefix}${name}.`,
        depth: map.depth + 1,
      });
    } else {
      state.fields.push({ name: map.prefix + name, start: after, end: after, value: '' });
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
    const from = skipSpaces(state.source, line.offset + 1, line.end);
    if (from >= line.end || depth > MAX_DEPTH) throw NOT_PLAIN;
    KEY.lastIndex = from;
    if (KEY.test(state.source)) {
      line.indent += from - line.offset;
      line.offset = from;
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
  KEY.lastIndex = line.offset;
  const name = KEY.exec(state.source)?.[1];
  if (name === undefined || seen.has(name) || NULL.test(name) || name === '__proto__')
    throw NOT_PLAIN;
  seen.add(name);
  return { name, after: KEY.lastIndex };
}

function isDash(source: string, line: Line): boolean {
  const next = source.charCodeAt(line.offset + 1);
  return source.charCodeAt(line.offset) === 45 && (line.offset + 1 >= line.end || next === 32);
}
