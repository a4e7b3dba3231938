/**
 * Where inside a YAML field a finding stands: the path of keys that leads to it, turned into a
 * range of the file.
 */
import { isMap, isNode, isPair, isSeq, LineCounter, parseDocument, type Document } from 'yaml';
import type { Range } from '../kernel/diagnostic.js';
import type { ConditionSource } from './condition-types.js';

export type YamlPath = readonly (string | number)[];
export type Place = (path: YamlPath) => Range;

/**
 * Ranges by path; what cannot be found (or a field without its text) is the range of the nearest
 * thing around it.
 */
export function placesOf(source: ConditionSource): Place {
  if (source.raw === undefined || source.raw.trim() === '') return () => source.range;
  // A value of front matter begins in the middle of a line: blanks in its place keep the block's
  // indentation and the columns true.
  const lines = new LineCounter();
  const text = ' '.repeat(source.range.column - 1) + source.raw;
  let document: Document | undefined;
  return (path) => {
    document ??= parseDocument(text, { lineCounter: lines, logLevel: 'silent' });
    const found = spanOf(document, path);
    if (found === undefined) return source.range;
    const from = lines.linePos(found[0]);
    const to = lines.linePos(found[1]);
    const down = source.range.line - 1;
    return {
      file: source.range.file,
      line: from.line + down,
      column: from.col,
      endLine: to.line + down,
      endColumn: to.col,
    };
  };
}

function spanOf(document: Document, path: YamlPath): readonly [number, number] | undefined {
  let node: unknown = document.contents;
  let span = nodeSpan(node);
  for (const step of path) {
    const next = stepInto(node, step);
    if (next === undefined) return span;
    node = next.node;
    span = next.span ?? span;
  }
  return span;
}

/** The value below a key, and the span of the pair's key: the place that the reader looks for. */
function stepInto(
  node: unknown,
  step: string | number,
): { node: unknown; span: readonly [number, number] | undefined } | undefined {
  if (isSeq(node)) {
    const item = typeof step === 'number' ? node.items[step] : undefined;
    return item === undefined ? undefined : { node: item, span: nodeSpan(item) };
  }
  if (!isMap(node)) return undefined;
  const pair = node.items.find((item) => isPair(item) && keyText(item.key) === String(step));
  if (pair === undefined) return undefined;
  const key = nodeSpan(pair.key);
  const value = nodeSpan(pair.value);
  return {
    node: pair.value,
    span: key === undefined ? value : [key[0], Math.max(key[1], value?.[1] ?? 0)],
  };
}

function keyText(key: unknown): string | undefined {
  return isNode(key) && 'value' in key ? String(key.value) : undefined;
}

function nodeSpan(node: unknown): readonly [number, number] | undefined {
  const range = isNode(node) ? node.range : undefined;
  return range ? [range[0], range[1]] : undefined;
}
