/** Scans markdown in one pass: front matter, and top-level headings, tables, fences and HTML. */
import { matchContainers, openContainers } from './containers.js';
import { findFrontMatter } from './find-front-matter.js';
import {
  closeLeaf,
  continueFence,
  continueHtml,
  readLeaf,
  readText,
  startsBlock,
} from './leaf-blocks.js';
import { lineEndAt, lineEndingOf, lineStartsOf } from './line-starts.js';
import { type Cursor, skipIndent, type State } from './scan-state.js';
import type { Doc } from './types.js';

/** Skips blocks inside lists and block quotes. Any string gives a Doc, in linear time. */
export function scan(text: string): Doc {
  const lineStarts = lineStartsOf(text);
  const front = findFrontMatter(text, lineStarts);
  const state: State = {
    text,
    headings: [],
    tables: [],
    fences: [],
    html: [],
    containers: [],
    leaf: 'none',
    paragraph: { start: 0, line: 0, end: 0 },
    header: { lineStart: 0, start: 0, end: 0, line: 0 },
    table: undefined,
    fence: undefined,
    htmlBlock: undefined,
  };
  const cursor = { start: 0, end: 0, line: 0, offset: 0, column: 0 };
  for (let line = front?.nextLine ?? 0; line < lineStarts.length; line++) {
    cursor.start = lineStarts[line] ?? 0;
    cursor.end = lineEndAt(text, lineStarts, line);
    cursor.line = line + 1;
    cursor.offset = cursor.start;
    cursor.column = 0;
    readLine(state, cursor);
  }
  closeLeaf(state, text.length, text.length);
  return {
    text,
    lineStarts,
    eol: lineEndingOf(text),
    frontMatter: front?.frontMatter,
    headings: state.headings,
    tables: state.tables,
    fences: state.fences,
    html: state.html,
  };
}

function readLine(state: State, line: Cursor): void {
  const { containers } = state;
  if (containers.length === 0 && (state.leaf === 'paragraph' || state.leaf === 'none')) {
    if (line.start === line.end) return closeLeaf(state, line.start, line.start);
    if (isLetter(state.text.charCodeAt(line.start))) return readText(state, line, line.start);
  }
  const matched = containers.length === 0 ? 0 : matchContainers(state, line);
  const allMatched = matched === containers.length;
  if (allMatched && state.leaf === 'fence') return continueFence(state, line);
  if (allMatched && state.leaf === 'html' && continueHtml(state, line)) return;
  const opened = openContainers(state, line, matched);
  const depth = opened ? containers.length : matched;
  const { offset, column } = skipIndent(state.text, line);
  if (offset >= line.end) {
    const keepsCode = state.leaf === 'indented' && allMatched && !opened;
    if (!keepsCode) closeLeaf(state, line.start, line.start);
    containers.length = depth;
    return;
  }
  const indent = column - line.column;
  if (!opened && !allMatched) {
    if (state.leaf === 'paragraph' && (indent >= 4 || !startsBlock(state.text, offset, line.end))) {
      return readText(state, line, indent >= 4 ? undefined : offset);
    }
    closeLeaf(state, line.start, line.start);
    containers.length = matched;
  }
  readLeaf(state, line, offset, indent);
}

function isLetter(c: number): boolean {
  return (c >= 97 && c <= 122) || (c >= 65 && c <= 90);
}
