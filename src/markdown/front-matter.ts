/** Reads front matter into fields with dotted names and positions; never throws on content. */
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  parseDocument,
  type Scalar,
  type YAMLMap,
} from 'yaml';
import type { Diagnostic } from '../kernel/diagnostic.js';
import { earlyEnd } from './early-end.js';
import { lineEndAt } from './line-starts.js';
import { type PlainField, readPlainYaml } from './plain-yaml.js';
import { MAX_DEPTH } from './plain-yaml-inline.js';
import { rangeOf, shapeError } from './range-of.js';
import type { Cell, Doc, Span } from './types.js';
import { yamlProblem } from './yaml-problem.js';

export type FrontMatterRead = {
  readonly fields: ReadonlyMap<string, Cell>;
  readonly diagnostics: readonly Diagnostic[];
};

/** More aliases in one list count as a YAML bomb. */
const MAX_ALIASES = 100;
const MAP_HINT = 'front matter is a YAML map: one "name: value" per line, nested by two spaces';
/** In UTF-16 units. */
const MAX_LENGTH = 1_000_000;

/**
 * Nested maps give dotted names; a list is one field with its structure in `data`. Scalars keep
 * their text, null is the empty string. Front matter with an error gives no fields, because half a
 * record is worse than none.
 */
export function readFrontMatter(doc: Doc, file: string): FrontMatterRead {
  const before = known.get(doc);
  if (before?.file === file) return before.read;
  const read = readAfresh(doc, file);
  known.set(doc, { file, read });
  return read;
}

const known = new WeakMap<Doc, { readonly file: string; readonly read: FrontMatterRead }>();

function readAfresh(doc: Doc, file: string): FrontMatterRead {
  if (!doc.frontMatter) return { fields: new Map(), diagnostics: [missing(doc, file)] };
  const { contentStart, contentEnd } = doc.frontMatter;
  const source = doc.text.slice(contentStart, contentEnd);
  if (source.length > MAX_LENGTH) {
    const range = rangeOf(doc, file, { start: contentStart, end: contentStart });
    return {
      fields: new Map(),
      diagnostics: [
        shapeError(range, `front matter is ${source.length} characters long`, {
          expected: `at most ${MAX_LENGTH} characters`,
          hint: 'move the text below the front matter',
        }),
      ],
    };
  }
  const early = earlyEnd(doc, file);
  if (early !== undefined) return { fields: new Map(), diagnostics: [early] };
  const plain = readPlainYaml(source, dataText);
  return plain
    ? { fields: cellsOf(doc, file, plain), diagnostics: [] }
    : readWithPackage(doc, file, source);
}

function cellsOf(doc: Doc, file: string, plain: readonly PlainField[]): ReadonlyMap<string, Cell> {
  const base = doc.frontMatter?.contentStart ?? 0;
  const fields = new Map<string, Cell>();
  for (const field of plain) {
    const start = base + field.start;
    const end = base + field.end;
    const cell = {
      raw: doc.text.slice(start, end),
      value: field.value,
      start,
      end,
      range: rangeOf(doc, file, { start, end }),
    };
    fields.set(field.name, 'data' in field ? { ...cell, data: field.data } : cell);
  }
  return fields;
}

/** The same through the `yaml` package: slower, but complete. Exported for the test of both. */
export function readWithPackage(doc: Doc, file: string, source: string): FrontMatterRead {
  const contentStart = doc.frontMatter?.contentStart ?? 0;
  const fields = new Map<string, Cell>();
  const diagnostics: Diagnostic[] = [];
  const fail = (start: number, end: number, message: string, hint: string = MAP_HINT): void => {
    const range = rangeOf(doc, file, { start: contentStart + start, end: contentStart + end });
    diagnostics.push(shapeError(range, message, { hint }));
  };
  try {
    const yaml = parseYaml(source);
    const [first] = [...yaml.errors, ...yaml.warnings];
    if (first !== undefined) {
      const { offset, message, hint } = yamlProblem(source, first);
      fail(offset, offset, `front matter is not valid YAML: ${message}`, hint);
    }
    const add = (name: string, node: Node | null, span: Span): void => {
      const cell = cellOf(yaml, node, span, source);
      const start = contentStart + cell.start;
      const end = contentStart + cell.end;
      fields.set(name, { ...cell, start, end, range: rangeOf(doc, file, { start, end }) });
    };
    if (isMap(yaml.contents))
      collect(yaml.contents, {
        prefix: '',
        depth: 0,
        add,
        fail,
        afterColon: (keyEnd) => source.indexOf(':', keyEnd) + 1,
      });
    else if (yaml.contents !== null && diagnostics.length === 0 && !isEmptyScalar(yaml.contents))
      fail(
        yaml.contents.range?.[0] ?? 0,
        yaml.contents.range?.[1] ?? 0,
        'front matter is not a map of names and values',
      );
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const { offset, message, hint } = yamlProblem(source, error);
    fail(offset, offset, `front matter is not valid YAML: ${message}`, hint);
  }
  return { fields: diagnostics.length > 0 ? new Map() : fields, diagnostics };
}

/** The document model of front matter, with its errors. */
export function parseYaml(source: string): Document.Parsed {
  return parseDocument(source, {
    prettyErrors: false,
    uniqueKeys: false,
    version: '1.2',
    schema: 'core',
    merge: false,
    logLevel: 'silent',
  });
}

type Walk = {
  readonly prefix: string;
  readonly depth: number;
  readonly add: (name: string, node: Node | null, span: Span) => void;
  readonly fail: (start: number, end: number, message: string) => void;
  /** The offset after the colon of a key. */
  readonly afterColon: (keyEnd: number) => number;
};

function collect(map: YAMLMap, walk: Walk): void {
  const seen = new Set<string>();
  for (const pair of map.items as Pair<Node, Node | null>[]) {
    const { key, value } = pair;
    const [from, to] = key.range ?? [0, 0];
    if (!isScalar(key)) {
      walk.fail(
        from,
        to,
        'a name in front matter is a list, a map or an alias; expected plain text',
      );
      continue;
    }
    const own = scalarText(key);
    const name = walk.prefix + own;
    if (seen.has(own)) walk.fail(from, to, `"${name}" occurs twice; expected each name once`);
    seen.add(own);
    if (isMap(value) && value.items.length > 0) {
      if (walk.depth >= MAX_DEPTH)
        walk.fail(from, to, `"${name}" is nested more than ${MAX_DEPTH} levels deep`);
      else collect(value, { ...walk, prefix: `${name}.`, depth: walk.depth + 1 });
    } else walk.add(name, value, valueSpan(value, walk.afterColon(to)));
  }
}

/** The position of a missing value is right after the colon. */
function valueSpan(value: Node | null, afterColon: number): Span {
  const [start, end] = value?.range ?? [0, 0];
  return start === end ? { start: afterColon, end: afterColon } : { start, end };
}

function cellOf(
  yaml: Document.Parsed,
  node: Node | null,
  span: Span,
  source: string,
): Omit<Cell, 'range'> {
  const start = span.start;
  const end =
    (isSeq(node) || isMap(node)) && !node.flow
      ? endOfLine(source, trimmedEnd(source, start, contentEnd(node, start)))
      : trimmedEnd(source, start, span.end);
  const raw = source.slice(start, end);
  if (isScalar(node)) return { raw, value: scalarText(node), start, end };
  if (node === null) return { raw, value: '', start, end };
  const target = isAlias(node) ? node.resolve(yaml) : node;
  if (isScalar(target)) return { raw, value: scalarText(target), start, end };
  if (isAlias(node) && target === undefined)
    throw new Error(`the alias *${node.source} has no anchor`);
  const data: unknown = node.toJS(yaml, { maxAliasCount: MAX_ALIASES });
  return { raw, value: isSeq(target) || isMap(target) ? dataText(data) : '', start, end, data };
}

/** Where the content of a node ends; the package's range includes comments below a list. */
export function contentEnd(node: Node | null, fallback: number): number {
  const [start, end] = node?.range ?? [fallback, fallback];
  if (isSeq(node) && !node.flow)
    return contentEnd((node.items.at(-1) ?? null) as Node | null, start + 1);
  if (isMap(node) && !node.flow) {
    const last = node.items.at(-1) as Pair<Node, Node | null> | undefined;
    return contentEnd(last?.value ?? null, (last?.key.range?.[1] ?? start) + 1);
  }
  return start === end ? fallback : end;
}

function endOfLine(source: string, from: number): number {
  let end = from;
  while (end < source.length && source.charCodeAt(end) !== 10) end++;
  return trimmedEnd(source, from, end);
}

function trimmedEnd(source: string, start: number, end: number): number {
  let offset = end;
  while (offset > start && /\s/.test(source.charAt(offset - 1))) offset--;
  return offset;
}

/** A list of scalars as `a, b`, deeper data as JSON, an empty list or map as the empty string. */
export function dataText(data: unknown): string {
  if (Array.isArray(data)) {
    if (data.every((item) => item === null || typeof item !== 'object'))
      return data.map((item) => (item === null ? '' : String(item))).join(', ');
    return JSON.stringify(data);
  }
  return typeof data === 'object' && data !== null && Object.keys(data).length > 0
    ? JSON.stringify(data)
    : '';
}

/** A scalar as written, without reformatting, and without the last line ending of a block. */
function scalarText(node: Scalar): string {
  if (node.value === null || node.value === undefined) return '';
  if (node.type === 'PLAIN') return node.source ?? String(node.value);
  const text = String(node.value);
  const block = node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED';
  return block && text.endsWith('\n') ? text.slice(0, -1) : text;
}

function isEmptyScalar(node: Node): boolean {
  return isScalar(node) && scalarText(node) === '';
}

/** Why there is no front matter: absent, never closed, or in an executable language. */
function missing(doc: Doc, file: string): Diagnostic {
  const start = doc.lineStarts[0] ?? 0;
  const span = { start, end: lineEndAt(doc.text, doc.lineStarts, 0) };
  const first = doc.text.slice(span.start, span.end).trimEnd();
  const expected = 'a line "---", YAML, a line "---" at the start of the file';
  const opening = /^(?:[ \t]*\r?\n)+(?=---[ \t]*\r?\n\w)/.exec(doc.text.slice(start));
  if (opening !== null) {
    const offset = start + opening[0].length;
    return shapeError(
      rangeOf(doc, file, { start: offset, end: offset + 3 }),
      'front matter begins here, not on the first line, so nothing reads it',
      { expected, hint: 'remove the blank lines above it' },
    );
  }
  if (first === '---')
    return shapeError(rangeOf(doc, file, span), 'front matter begins here and never ends', {
      expected: 'a line "---" after the last field',
      hint: 'add a line "---" below the fields',
    });
  if (/^---[A-Za-z]/.test(first)) {
    return shapeError(
      rangeOf(doc, file, span),
      `front matter names the language "${first.slice(3)}"; Nocturne reads only YAML and never executes it`,
      { expected: '---', actual: first, hint: 'begin with a plain "---" and write YAML' },
    );
  }
  return shapeError(
    rangeOf(doc, file, { start, end: start }),
    'no front matter at the start of the file',
    { expected, actual: first === '' ? 'an empty line' : `"${first.slice(0, 60)}"` },
  );
}
