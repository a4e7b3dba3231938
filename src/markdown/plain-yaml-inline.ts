/** Reads plain YAML values on one line: scalars, quoted text, lists and maps in brackets. */

/** A value, its text, and the offset after it. */
export type Read = { readonly value: unknown; readonly text: string; readonly end: number };
export type Inline = {
  readonly source: string;
  /** Gives the text of a list or a map. */
  readonly textOf: (data: unknown) => string;
};

/** Thrown if the source is not plain; only the two readers of plain YAML catch it. */
export const NOT_PLAIN = Symbol('not plain');
export const MAX_DEPTH = 32;
export const KEY = /([A-Za-z_][\w-]*):(?=[ \r\n]|$)/y;
export const NULL = /^(?:~|null|Null|NULL)$/;
const FLOW_SCALAR = /[A-Za-z0-9_./*-][^,[\]{}#:"'\r\n&!|>%@`?]*/y;
/** In double quotes: where JSON and YAML have the same escapes. */
const ESCAPED = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4}))*"/y;
const NUMBER = /^[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?$/;
const INTEGER = /^[-+]?[0-9]+$/;
const ODD_NUMBER = /^(?:0[ox]|[-+]?\.(?:inf|Inf|INF)|\.nan|\.NaN|\.NAN)/;
const TRUE = /^(?:true|True|TRUE)$/;
const FALSE = /^(?:false|False|FALSE)$/;

/** A value on the line of its name, with at most a comment after it. */
export function readInline(state: Inline, from: number, lineEnd: number): Read {
  const { source } = state;
  const c = source.charCodeAt(from);
  let read: Read;
  if (c === 34 || c === 39) read = readQuoted(source, from, lineEnd);
  else if (c === 91 || c === 123) read = readFlow(state, from, lineEnd, 0);
  else return readPlain(source, from, lineEnd);
  if (read.end < lineEnd && !/^[ \t]+#/.test(source.slice(read.end, lineEnd))) throw NOT_PLAIN;
  return read;
}

/** A plain scalar up to a comment or the end of its line, in one pass. */
function readPlain(source: string, from: number, lineEnd: number): Read {
  if (!opensPlain(source.charCodeAt(from)) || isMark(source, from, 45, lineEnd)) throw NOT_PLAIN;
  let end = from;
  for (let offset = from; offset < lineEnd; offset++) {
    const c = source.charCodeAt(offset);
    if (c === 32) continue;
    if (c === 35 && offset > from && source.charCodeAt(offset - 1) === 32) break;
    if (isMark(source, offset, 58, lineEnd) || isOdd(c)) throw NOT_PLAIN;
    end = offset + 1;
  }
  return { ...scalar(source.slice(from, end)), end };
}

/** Whether a plain scalar outside brackets can begin with this character. */
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

/** This character, followed by a blank or the end of the line. */
function isMark(source: string, offset: number, mark: number, lineEnd: number): boolean {
  return (
    source.charCodeAt(offset) === mark &&
    (offset + 1 >= lineEnd || isBlank(source.charCodeAt(offset + 1)))
  );
}

/** Control characters, tabs and line separators, which are left to the package. */
function isOdd(c: number): boolean {
  return c < 32 || (c >= 0x7f && c <= 0x9f) || c === 0x2028 || c === 0x2029 || c === 0xfeff;
}

function readQuoted(source: string, from: number, lineEnd: number): Read {
  const quote = source.charAt(from);
  const close = source.indexOf(quote, from + 1);
  if (close === -1 || close >= lineEnd || source.charAt(close + 1) === quote) throw NOT_PLAIN;
  const text = source.slice(from + 1, close);
  if (text.includes('\t')) throw NOT_PLAIN;
  if (quote === '"' && text.includes('\\')) return readEscaped(source, from, lineEnd);
  return { value: text, text, end: close + 1 };
}

function readEscaped(source: string, from: number, lineEnd: number): Read {
  ESCAPED.lastIndex = from;
  const quoted = ESCAPED.exec(source)?.[0];
  const end = from + (quoted?.length ?? 0);
  if (quoted === undefined || end > lineEnd || source.charAt(end) === '"') throw NOT_PLAIN;
  const text = JSON.parse(quoted) as string;
  return { value: text, text, end };
}

/** A name as in JSON may touch its value; the end is after the colon. */
function readFlowName(source: string, from: number, lineEnd: number): Omit<Read, 'value'> {
  if (source.charCodeAt(from) === 34) {
    const { text, end } = readQuoted(source, from, lineEnd);
    if (source.charCodeAt(end) !== 58) throw NOT_PLAIN;
    return { text, end: end + 1 };
  }
  KEY.lastIndex = from;
  return { text: KEY.exec(source)?.[1] ?? '', end: KEY.lastIndex };
}

/** `[a, "b", {c: d}]` on one line. */
function readFlow(state: Inline, from: number, lineEnd: number, depth: number): Read {
  const { source } = state;
  const isList = source.charCodeAt(from) === 91;
  const close = isList ? 93 : 125;
  const list: unknown[] = [];
  const map: Record<string, unknown> = {};
  if (depth > MAX_DEPTH) throw NOT_PLAIN;
  let offset = skipSpaces(source, from + 1, lineEnd);
  while (offset < lineEnd && source.charCodeAt(offset) !== close) {
    let name = '';
    if (!isList) {
      const read = readFlowName(source, offset, lineEnd);
      ({ text: name } = read);
      if (name === '' || Object.hasOwn(map, name) || NULL.test(name) || name === '__proto__')
        throw NOT_PLAIN;
      offset = skipSpaces(source, read.end, lineEnd);
    }
    const item = readFlowValue(state, offset, lineEnd, depth);
    if (isList) list.push(item.value);
    else map[name] = item.value;
    offset = skipSpaces(source, item.end, lineEnd);
    if (source.charCodeAt(offset) === 44) {
      offset = skipSpaces(source, offset + 1, lineEnd);
      if (source.charCodeAt(offset) === close) throw NOT_PLAIN;
    } else if (source.charCodeAt(offset) !== close) throw NOT_PLAIN;
  }
  if (offset >= lineEnd) throw NOT_PLAIN;
  const value = isList ? list : map;
  return { value, text: state.textOf(value), end: offset + 1 };
}

function readFlowValue(state: Inline, offset: number, lineEnd: number, depth: number): Read {
  const { source } = state;
  const c = source.charCodeAt(offset);
  if (c === 34 || c === 39) return readQuoted(source, offset, lineEnd);
  if (c === 91 || c === 123) return readFlow(state, offset, lineEnd, depth + 1);
  FLOW_SCALAR.lastIndex = offset;
  const text = FLOW_SCALAR.exec(source)?.[0].trimEnd();
  if (
    text === undefined ||
    c === 42 ||
    text === '-' ||
    text.startsWith('- ') ||
    offset + text.length > lineEnd ||
    /[\t\u0085\u2028\u2029\ufeff]/.test(text)
  )
    throw NOT_PLAIN;
  return { ...scalar(text), end: offset + text.length };
}

/** The core schema of YAML 1.2. The first character shows that most text is text. */
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

export function skipSpaces(source: string, from: number, end: number): number {
  let offset = from;
  while (offset < end && source.charCodeAt(offset) === 32) offset++;
  return offset;
}

export function isBlank(c: number): boolean {
  return c === 32 || c === 13 || c === 9;
}
