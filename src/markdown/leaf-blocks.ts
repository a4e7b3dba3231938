/** Leaf blocks that the rest of a line begins or continues inside its containers. */
import {
  atxDepth,
  atxText,
  closesFence,
  endsHtml,
  fenceLength,
  htmlKind,
  isBlankSpan,
  isThematicBreak,
  setextDepth,
} from './block-start.js';
import { definitionsLength } from './definitions.js';
import { type Cursor, skipIndent, type State } from './scan-state.js';
import { delimiterColumns, splitRow } from './split-row.js';
import type { Span, TableRow } from './types.js';

/** The leaf block that the rest of the line begins or continues. */
export function readLeaf(state: State, line: Cursor, offset: number, indent: number): void {
  const { text } = state;
  if (indent >= 4) {
    if (state.leaf === 'paragraph') readText(state, line, undefined);
    else if (state.leaf !== 'indented') {
      closeLeaf(state, line.start, line.start);
      state.leaf = 'indented';
    }
    return;
  }
  if (state.leaf === 'indented') state.leaf = 'none';
  switch (text.charCodeAt(offset)) {
    case 35:
      if (readAtx(state, line, offset)) return;
      break;
    case 96:
    case 126:
      if (openFence(state, line, offset)) return;
      break;
    case 60:
      if (openHtml(state, line, offset)) return;
      break;
    case 61:
      if (state.leaf === 'paragraph' && readSetext(state, line, offset)) return;
      break;
    case 45:
      if (
        state.leaf === 'paragraph' &&
        (readSetext(state, line, offset) || openTable(state, line, offset))
      )
        return;
      if (readBreak(state, line, offset)) return;
      break;
    case 42:
    case 95:
      if (readBreak(state, line, offset)) return;
      break;
    case 58:
    case 124:
      if (state.leaf === 'paragraph' && openTable(state, line, offset)) return;
      break;
    default:
  }
  if (state.leaf === 'table') {
    if (state.table && state.containers.length === 0)
      state.table.rows.push(rowOf(text, line.start, line.end, line.line));
    return;
  }
  readText(state, line, offset);
}

/** A line of a paragraph. @param offset where its text begins, if it can be a table's header. */
export function readText(state: State, line: Cursor, offset: number | undefined): void {
  const { paragraph, header } = state;
  if (state.leaf !== 'paragraph') {
    state.leaf = 'paragraph';
    paragraph.start = offset ?? line.start;
    paragraph.line = line.line;
  }
  paragraph.end = line.end;
  header.lineStart = line.start;
  header.start = offset ?? line.start;
  header.end = line.end;
  header.line = offset === undefined ? 0 : line.line;
}

/** Whether this line can interrupt a paragraph that it would otherwise continue. */
export function startsBlock(text: string, offset: number, end: number): boolean {
  switch (text.charCodeAt(offset)) {
    case 35:
      return atxDepth(text, offset, end) > 0;
    case 96:
    case 126:
      return fenceLength(text, offset, end) > 0;
    case 60:
      return htmlKind(text, offset, end, false) > 0;
    case 42:
    case 45:
    case 95:
      return isThematicBreak(text, offset, end);
    default:
      return false;
  }
}

/** Ends the open leaf; `contentEnd` and `end` are for a fence that was not closed. */
export function closeLeaf(state: State, contentEnd: number, end: number): void {
  if (state.leaf === 'none') return;
  if (state.fence) pushFence(state, contentEnd, end, false);
  if (state.htmlBlock && state.containers.length === 0)
    state.html.push({ start: state.htmlBlock.start, end: state.htmlBlock.end });
  if (state.table) {
    const { header, delimiter, rows } = state.table;
    state.tables.push({
      header,
      delimiter,
      rows,
      start: header.start,
      end: (rows.at(-1) ?? delimiter).end,
    });
  }
  state.htmlBlock = undefined;
  state.table = undefined;
  state.header.line = 0;
  state.leaf = 'none';
}

export function continueFence(state: State, line: Cursor): void {
  const { offset, column } = skipIndent(state.text, line);
  if (
    !state.fence ||
    column - line.column >= 4 ||
    !closesFence(state.text, offset, line.end, state.fence)
  )
    return;
  pushFence(state, line.start, line.end, true);
}

/** False if the line is blank and ends the block before it. */
export function continueHtml(state: State, line: Cursor): boolean {
  const { htmlBlock } = state;
  if (!htmlBlock) return false;
  if (htmlBlock.kind >= 6 && skipIndent(state.text, line).offset >= line.end) return false;
  htmlBlock.end = line.end;
  if (htmlBlock.kind < 6 && endsHtml(htmlBlock.kind, state.text.slice(line.offset, line.end)))
    closeLeaf(state, line.end, line.end);
  return true;
}

function readAtx(state: State, line: Cursor, offset: number): boolean {
  const depth = atxDepth(state.text, offset, line.end);
  if (depth === 0) return false;
  closeLeaf(state, line.start, line.start);
  if (state.containers.length === 0)
    state.headings.push({
      depth,
      text: atxText(state.text, offset, line.end, depth),
      line: line.line,
      start: offset,
      end: line.end,
    });
  return true;
}

function readSetext(state: State, line: Cursor, offset: number): boolean {
  const depth = setextDepth(state.text, offset, line.end);
  if (depth === 0) return false;
  const { end } = state.paragraph;
  const defined = definitionsLength(state.text.slice(state.paragraph.start, end));
  const start = state.paragraph.start + defined;
  if (start >= end) return false;
  const first =
    defined === 0
      ? state.paragraph.line
      : state.paragraph.line + lineBreaks(state.text.slice(state.paragraph.start, start));
  const text = state.text
    .slice(start, end)
    .split(/[ \t]*(?:\r\n|\n|\r)[ \t]*/)
    .join(' ')
    .trim();
  closeLeaf(state, line.start, line.start);
  if (state.containers.length === 0)
    state.headings.push({ depth, text, line: first, start, end: line.end });
  return true;
}

function readBreak(state: State, line: Cursor, offset: number): boolean {
  if (!isThematicBreak(state.text, offset, line.end)) return false;
  closeLeaf(state, line.start, line.start);
  return true;
}

function openFence(state: State, line: Cursor, offset: number): boolean {
  const { text } = state;
  const length = fenceLength(text, offset, line.end);
  if (length === 0) return false;
  closeLeaf(state, line.start, line.start);
  const contentStart = Math.min(nextLine(text, line.end), text.length);
  state.fence = {
    mark: text.charCodeAt(offset),
    length,
    info: text.slice(offset + length, line.end).trim(),
    start: offset,
    contentStart,
    line: line.line,
  };
  state.leaf = 'fence';
  return true;
}

function pushFence(state: State, contentEnd: number, end: number, closed: boolean): void {
  const { fence } = state;
  if (fence && state.containers.length === 0) {
    const { info, contentStart, start, line } = fence;
    state.fences.push({
      info,
      contentStart: Math.min(contentStart, contentEnd),
      contentEnd,
      start,
      end,
      line,
      closed,
    });
  }
  state.fence = undefined;
  state.leaf = 'none';
}

function openHtml(state: State, line: Cursor, offset: number): boolean {
  const kind = htmlKind(state.text, offset, line.end, state.leaf === 'paragraph');
  if (kind === 0) return false;
  closeLeaf(state, line.start, line.start);
  state.htmlBlock = { kind, start: offset, end: line.end };
  state.leaf = 'html';
  if (endsHtml(kind, state.text.slice(kind === 2 ? offset + 2 : offset, line.end)))
    closeLeaf(state, line.end, line.end);
  return true;
}

function openTable(state: State, line: Cursor, offset: number): boolean {
  const { text, header } = state;
  if (header.line === 0) return false;
  const columns = delimiterColumns(text, offset, line.end);
  if (
    columns === 0 ||
    isLonePipe(text, header) ||
    splitRow(text, header.start, header.end).length !== columns
  )
    return false;
  if (header.start > state.paragraph.start && htmlKind(text, header.start, header.end, false) > 0) {
    // As HTML, the line cannot interrupt the paragraph. As a table's header it can, and then it is
    // HTML.
    closeLeaf(state, header.lineStart, header.lineStart);
    state.htmlBlock = { kind: 7, start: header.start, end: line.end };
    state.leaf = 'html';
    return true;
  }
  state.leaf = 'table';
  if (state.containers.length > 0) return true;
  state.table = {
    header: rowOf(text, header.lineStart, header.end, header.line),
    delimiter: rowOf(text, line.start, line.end, line.line),
    rows: [],
  };
  return true;
}

/** A header of only one pipe does not make a table. */
function isLonePipe(text: string, { start, end }: Span): boolean {
  return text.charCodeAt(start) === 124 && isBlankSpan(text, start + 1, end);
}

function rowOf(text: string, start: number, end: number, line: number): TableRow {
  return { cells: splitRow(text, start, end), line, start, end };
}

function lineBreaks(text: string): number {
  return text.split(/\r\n|\n|\r/).length - 1;
}

function nextLine(text: string, lineEnd: number): number {
  return text.charCodeAt(lineEnd) === 13 && text.charCodeAt(lineEnd + 1) === 10
    ? lineEnd + 2
    : lineEnd + 1;
}
