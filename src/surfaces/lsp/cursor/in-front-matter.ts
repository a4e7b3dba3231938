/**
 * The cursor in front matter, found by lines and indentation, because YAML that is being typed is
 * rarely valid.
 */
import type { Doc } from '../../../markdown/types.js';
import { type Line, lineAt, lineOf } from './lines.js';
import type { Cursor, CursorPage, Word } from './types.js';

const ENTRY = /^(\s*)([A-Za-z_][\w-]*)(\s*:)(?=\s|$)/;
const ITEM = /^(\s*)-(?:\s+|$)/;

export function inFrontMatter(
  { doc, object, records }: CursorPage,
  offset: number,
): Cursor | undefined {
  const { frontMatter } = doc;
  if (
    frontMatter === undefined ||
    offset < frontMatter.contentStart ||
    offset > frontMatter.contentEnd ||
    object.locator.kind !== 'front-matter'
  )
    return undefined;
  const line = lineAt(doc, offset);
  const [record] = records;
  const entry = ENTRY.exec(line.text);
  const found = entry === null ? undefined : entryAt(line, entry, offset);
  const parents = parentsOf(doc, line);
  if (found?.kind === 'value') {
    const spec = object.fields.get([...parents, found.name].join('.'));
    return spec === undefined ? undefined : { ...found.word, kind: 'value', object, record, spec };
  }
  const item = ITEM.exec(line.text);
  if (item !== null && entry === null) {
    const spec = object.fields.get(parents.join('.'));
    const start = line.start + item[0].length;
    return spec === undefined || offset < start
      ? undefined
      : { ...wordOf(line, start), kind: 'value', object, record, spec };
  }
  const inside = parents.length === 0 ? '' : `${parents.join('.')}.`;
  const word = found?.word ?? wordOf(line, line.start + (/^\s*/.exec(line.text)?.[0].length ?? 0));
  const name = doc.text.slice(word.start, word.end);
  return { ...word, kind: 'key', object, record, inside, spec: object.fields.get(inside + name) };
}

type Entry = { readonly kind: 'key' | 'value'; readonly name: string; readonly word: Word };

function entryAt(
  line: Line,
  [, indent = '', name = '', colon = '']: string[],
  offset: number,
): Entry {
  const nameStart = line.start + indent.length;
  const afterColon = nameStart + name.length + colon.length;
  if (offset < afterColon)
    return { kind: 'key', name, word: { start: nameStart, end: nameStart + name.length } };
  const before = line.text.slice(afterColon - line.start, offset - line.start);
  const inList = Math.max(before.lastIndexOf('['), before.lastIndexOf(','));
  const start = /^\s*\[/.test(before) ? afterColon + inList + 1 : afterColon;
  return { kind: 'value', name, word: wordOf(line, start, /^\s*\[/.test(before)) };
}

/** From the first character behind blanks and a quotation mark to the end of the word. */
function wordOf({ text, start: lineStart }: Line, from: number, inList = false): Word {
  const rest = text.slice(from - lineStart);
  const lead = /^\s*["']?/.exec(rest)?.[0].length ?? 0;
  const end = inList ? /^[^,\]"']*/ : /^.*?(?=["']?\s*(?:\s#.*)?$)/;
  const word = end.exec(rest.slice(lead))?.[0].trimEnd() ?? '';
  return { start: from + lead, end: from + lead + word.length };
}

/** The names of the maps around a line, the outermost first. */
function parentsOf(doc: Doc, line: Line): readonly string[] {
  const parents: string[] = [];
  const item = ITEM.exec(line.text);
  // The items of a list may be as far left as its name.
  let indent = (/^\s*/.exec(line.text)?.[0].length ?? 0) + (item === null ? 0 : 1);
  const first = lineAt(doc, doc.frontMatter?.contentStart ?? 0).index;
  for (let index = line.index - 1; index >= first && indent > 0; index--) {
    const entry = ENTRY.exec(lineOf(doc, index).text);
    const [, margin = '', name = ''] = entry ?? [];
    if (entry === null || margin.length >= indent) continue;
    parents.unshift(name);
    indent = margin.length;
  }
  return parents;
}
