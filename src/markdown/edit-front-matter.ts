/** Edits front matter: replaces one value in place, or adds a missing name. */
import { isMap, isScalar, isSeq, type Pair, type Node, type YAMLMap } from 'yaml';
import { NocturneError } from '../kernel/error.js';
import { contentEnd, dataText, parseYaml, readFrontMatter } from './front-matter.js';
import { readPlainYaml } from './plain-yaml.js';
import {
  indentLines,
  renderEntry,
  renderFlow,
  renderFrontMatter,
  renderScalar,
  renderYaml,
} from './render-yaml.js';
import { keptDoc } from './kept-docs.js';
import type { Cell, Doc, FieldEdit, Value } from './types.js';
import { valueText } from './value-text.js';

type Edit = { readonly start: number; readonly end: number; readonly text: string };

export function setFrontMatterField(text: string, edit: FieldEdit): string {
  const doc = keptDoc(text);
  if (!doc.frontMatter) return addFrontMatter(doc, edit);
  const { fields, diagnostics } = readFrontMatter(doc, edit.file);
  const [problem] = diagnostics;
  if (problem)
    throw new NocturneError('BAD_VALUE', `the front matter cannot be edited: ${problem.message}`, {
      file: edit.file,
      line: problem.range.line,
      column: problem.range.column,
    });
  const current = fields.get(edit.field);
  if (current ? hasValue(current, edit.value) : isNothing(edit.value)) return text;
  const source = text.slice(doc.frontMatter.contentStart, doc.frontMatter.contentEnd);
  const base = doc.frontMatter.contentStart;
  const inPlace = current && replacementOf(source, current.raw, edit.value);
  const splice =
    inPlace === undefined || current === undefined
      ? (nameAtEnd(source, edit) ?? spliceFor(source, edit))
      : { start: current.start - base, end: current.end - base, text: inPlace };
  const { start, end } = splice;
  const fresh = splice.text.replace(/\r?\n/g, doc.eol);
  const result = text.slice(0, base + start) + fresh + text.slice(base + end);
  assertOnly(fields, { after: result, edit });
  return result;
}

function addFrontMatter(doc: Doc, edit: FieldEdit): string {
  const first = doc.text.slice(doc.lineStarts[0] ?? 0);
  if (/^---/.test(first))
    throw new NocturneError(
      'BAD_VALUE',
      'the file begins with "---" but has no front matter that can be edited',
      { file: edit.file, line: 1, hint: 'close the front matter with a line "---"' },
    );
  if (isNothing(edit.value)) return doc.text;
  const front = `---\n${renderFrontMatter({ [edit.field]: edit.value })}---\n`.replaceAll(
    '\n',
    doc.eol,
  );
  return doc.text.slice(0, doc.lineStarts[0] ?? 0) + front + first;
}

const WORD = /^[\w.-]+$/;
/** A scalar without quotes. */
const PLAIN = /^[A-Za-z0-9]/;

/** A value for another of its kind: where that one ends is known without the package. */
function replacementOf(source: string, raw: string, value: Value): string | undefined {
  const isList = typeof value === 'object' && value !== null;
  if (!isList && WORD.test(raw) && WORD.test(String(value ?? ' '))) return renderScalar(value);
  if (!(isList ? raw.startsWith('[') && Array.isArray(value) : PLAIN.test(raw))) return undefined;
  if (readPlainYaml(source, dataText) === undefined) return undefined;
  if (isList) return renderFlow(value);
  return isNothing(value) ? 'null' : renderScalar(value);
}

/** A new name below all others of plain front matter: that place is known without the package. */
function nameAtEnd(source: string, edit: FieldEdit): Edit | undefined {
  if (edit.field.includes('.') || !/^\w/.test(source)) return undefined;
  const plain = readPlainYaml(source, dataText);
  const isThere = ({ name }: { readonly name: string }): boolean =>
    name === edit.field || name.startsWith(`${edit.field}.`);
  if (plain === undefined || plain.some(isThere)) return undefined;
  const end = endOfLine(source, Math.max(...plain.map((field) => field.end)));
  return { start: end, end, text: `\n${indentLines(renderEntry(edit.field, edit.value, ''), '')}` };
}

function spliceFor(source: string, edit: FieldEdit): Edit {
  const { contents } = parseYaml(source);
  if (!isMap(contents))
    return {
      start: source.length,
      end: source.length,
      text: renderFrontMatter({ [edit.field]: edit.value }),
    };
  const found = descend(contents, edit.field);
  if (found.kind === 'pair') return replaceValue(source, found, edit);
  return addName(source, found, edit);
}

type Found =
  | { readonly kind: 'pair'; readonly pair: Pair<Node, Node | null>; readonly flow: boolean }
  /** `rest`: the missing part of the name, to add to `map` or below `holder`. */
  | { readonly kind: 'map'; readonly map: YAMLMap; readonly rest: string }
  | { readonly kind: 'holder'; readonly holder: Pair<Node, Node | null>; readonly rest: string };

/** Follows a dotted name as far as it exists, also through names that contain dots. */
function descend(map: YAMLMap, name: string): Found {
  for (const pair of map.items as Pair<Node, Node | null>[]) {
    const own = isScalar(pair.key) ? String(pair.key.value) : undefined;
    if (own === undefined) continue;
    if (own === name) return { kind: 'pair', pair, flow: map.flow === true };
    if (!name.startsWith(`${own}.`)) continue;
    const rest = name.slice(own.length + 1);
    if (isMap(pair.value))
      return pair.value.items.length > 0
        ? descend(pair.value, rest)
        : { kind: 'holder', holder: pair, rest };
    if (pair.value === null || (isScalar(pair.value) && pair.value.value === null))
      return { kind: 'holder', holder: pair, rest };
    throw new NocturneError(
      'BAD_VALUE',
      `"${name}" cannot be set: "${own}" has a value of its own`,
    );
  }
  return { kind: 'map', map, rest: name };
}

function replaceValue(
  source: string,
  found: Extract<Found, { kind: 'pair' }>,
  edit: FieldEdit,
): Edit {
  const { value } = edit;
  const { pair, flow } = found;
  const node = pair.value;
  const colon = source.indexOf(':', pair.key.range?.[1] ?? 0) + 1;
  const [start, rawEnd] = node?.range ?? [colon, colon];
  if (isMap(node) && node.items.length > 0)
    throw new NocturneError(
      'BAD_VALUE',
      `"${edit.field}" has fields of its own and cannot be set as one value`,
    );
  const block = isSeq(node) && !node.flow;
  const end = block
    ? trimEnd(source, start, contentEnd(node, start))
    : trimEnd(source, start, rawEnd);
  const glue = start === end && source.charAt(start - 1) === ':' ? ' ' : '';
  if (value === null || typeof value !== 'object') {
    if (block)
      return replaceBlock(
        source,
        { colon, start, end },
        isNothing(value) ? '' : ` ${renderScalar(value)}`,
      );
    if (isNothing(value) && isScalar(node) && node.type === 'PLAIN')
      return { start, end, text: start === end ? '' : 'null' };
    return {
      start,
      end,
      text:
        glue + renderScalar(value, flow && quotesOf(node) === 'plain' ? 'flow' : quotesOf(node)),
    };
  }
  const isEmpty = Object.keys(value).length === 0;
  if (block && !isEmpty) {
    const indent = ' '.repeat(columnOf(source, start));
    return { start, end, text: indentLines(renderYaml(value), indent).slice(indent.length) };
  }
  if (block) return replaceBlock(source, { colon, start, end }, ` ${renderFlow(value)}`);
  if (!flow && !isEmpty && isScalar(node) && node.value === null && !isFlat(value))
    return belowName(source, pair, renderYaml(value));
  return { start, end, text: glue + renderFlow(value) };
}

/** Adds lines below a name without a value, and keeps a comment after the colon. */
function belowName(source: string, pair: Pair<Node, Node | null>, lines: string): Edit {
  const start = source.indexOf(':', pair.key.range?.[1] ?? 0) + 1;
  const valueEnd = Math.max(start, pair.value?.range?.[1] ?? start);
  const end = endOfLine(source, valueEnd);
  const indent = ' '.repeat(columnOf(source, pair.key.range?.[0] ?? 0) + 2);
  const comment = source.slice(valueEnd, end).trim();
  return {
    start,
    end,
    text: `${comment === '' ? '' : ` ${comment}`}\n${indentLines(lines, indent)}`,
  };
}

/** Replaces a block list by a value on the line of its name, and keeps comments between. */
function replaceBlock(
  source: string,
  span: { readonly colon: number; readonly start: number; readonly end: number },
  text: string,
): Edit {
  const between = source.slice(span.colon, span.start).trimEnd();
  return { start: span.colon, end: span.end, text: text + between };
}

function addName(source: string, found: Exclude<Found, { kind: 'pair' }>, edit: FieldEdit): Edit {
  const lines = found.rest.includes('.')
    ? renderFrontMatter({ [found.rest]: edit.value })
    : renderEntry(found.rest, edit.value, '');
  if (found.kind === 'holder') return belowName(source, found.holder, lines);
  const { map } = found;
  if (map.flow) {
    const close = (map.range?.[1] ?? 1) - 1;
    const path = found.rest.split('.');
    const leaf = path.pop() ?? '';
    const inner = path.reduceRight<Value>((value, part) => ({ [part]: value }), {
      [leaf]: edit.value,
    });
    const entry = renderFlow(inner).slice(1, -1);
    const comma = /[{,]\s*$/.test(source.slice(0, close)) ? '' : ', ';
    return { start: close, end: close, text: comma + entry };
  }
  const first = (map.items as Pair<Node, Node | null>[])[0];
  const last = (map.items as Pair<Node, Node | null>[]).at(-1);
  const indent = ' '.repeat(columnOf(source, first?.key.range?.[0] ?? 0));
  const keyEnd = last?.key.range?.[1] ?? 0;
  const end = endOfLine(source, trimEnd(source, keyEnd, contentEnd(last?.value ?? null, keyEnd)));
  return { start: end, end, text: `\n${indentLines(lines, indent)}` };
}

function quotesOf(node: Node | null): 'plain' | 'single' | 'double' {
  if (!isScalar(node)) return 'plain';
  if (node.type === 'QUOTE_DOUBLE') return 'double';
  return node.type === 'QUOTE_SINGLE' ? 'single' : 'plain';
}

/** A list of scalars reads well on one line. */
function isFlat(value: Value): boolean {
  return Array.isArray(value) && value.every((item) => item === null || typeof item !== 'object');
}

function isNothing(value: Value): boolean {
  return value === null || value === '';
}

function hasValue(cell: Cell, value: Value): boolean {
  if (typeof value === 'object' && value !== null)
    return cell.data !== undefined && JSON.stringify(cell.data) === JSON.stringify(value);
  return cell.value === (value === null ? '' : String(value));
}

function assertOnly(
  before: ReadonlyMap<string, Cell>,
  change: { readonly after: string; readonly edit: FieldEdit },
): void {
  const { edit } = change;
  const { fields, diagnostics } = readFrontMatter(keptDoc(change.after), edit.file);
  const [problem] = diagnostics;
  const got = fields.get(edit.field);
  const wanted =
    typeof edit.value === 'object'
      ? valueText(edit.value)
      : String(edit.value).replace(/\r\n?/g, '\n');
  const wrote = got === undefined ? isNothing(edit.value) : got.value === wanted;
  const names = new Set([...before.keys(), ...fields.keys()]);
  names.delete(edit.field);
  let kept = true;
  for (const name of names)
    if (before.get(name)?.value !== fields.get(name)?.value && !edit.field.startsWith(`${name}.`))
      kept = false;
  if (problem || !wrote || !kept) {
    const loss = wrote
      ? 'another field would also change (is it an anchor that others use?)'
      : 'it would not read back as the same value';
    const why = problem ? problem.message : loss;
    throw new NocturneError('BAD_VALUE', `"${edit.field}" cannot be set to this value: ${why}`, {
      file: edit.file,
    });
  }
}

function columnOf(source: string, offset: number): number {
  return offset - (source.lastIndexOf('\n', offset - 1) + 1);
}

function endOfLine(source: string, offset: number): number {
  let index = offset;
  while (
    index < source.length &&
    source.charCodeAt(index) !== 10 &&
    source.charCodeAt(index) !== 13
  )
    index++;
  return index;
}

function trimEnd(source: string, start: number, end: number): number {
  let offset = end;
  while (offset > start && /\s/.test(source.charAt(offset - 1))) offset--;
  return offset;
}
