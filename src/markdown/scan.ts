/** One positioned pass over a markdown text: front matter, and the headings, tables, fences and HTML blocks of its top level. */
import { atxDepth, atxText, closesFence, endsHtml, fenceLength, htmlKind, isBlankSpan, isThematicBreak, listMarker, noteMarker, setextDepth } from './block-start.js';
import { definitionsLength } from './definitions.js';
import { findFrontMatter } from './find-front-matter.js';
import { lineEndAt, lineEndingOf, lineStartsOf } from './line-starts.js';
import { delimiterColumns, splitRow } from './split-row.js';
import type { Doc, Fence, Heading, Span, Table, TableRow } from './types.js';

/** The open leaf block of the deepest open container. */
type Leaf = 'none' | 'paragraph' | 'fence' | 'html' | 'indented' | 'table';

/** What is being built; containers are block quotes (0) and list items (the columns that their content is indented by). */
type State = {
  readonly text: string;
  readonly headings: Heading[];
  readonly tables: Table[];
  readonly fences: Fence[];
  readonly html: Span[];
  readonly containers: Container[];
  leaf: Leaf;
  readonly paragraph: { start: number; line: number; end: number };
  /** The paragraph's last line; `line` is 0 when it cannot be a table's header. Changed in place: there is one for every line of prose. */
  readonly header: { lineStart: number; start: number; end: number; line: number };
  table: { readonly header: TableRow; readonly delimiter: TableRow; readonly rows: TableRow[] } | undefined;
  fence: { readonly mark: number; readonly length: number; readonly info: string; readonly start: number; readonly contentStart: number; readonly line: number } | undefined;
  htmlBlock: { readonly kind: number; readonly start: number; end: number } | undefined;
};
type Container = { readonly size: number; initialBlank: boolean; furtherBlank: boolean };

/** Columns that what belongs to a footnote definition is indented by. */
const NOTE_INDENT = 4;

/** Containers nested deeper are read as text; without a limit a blank line would cost as much as the nesting is deep. */
const MAX_NESTING = 100;

/** A line and how far it has been read: `at` is an offset, `column` its tab-expanded column. */
type Cursor = { readonly start: number; readonly end: number; readonly line: number; at: number; column: number };

/**
 * Block structure of `text`. Only the top level is reported: what stands in a list or a block quote is neither a heading nor a table of the file.
 * Total: any string gives a Doc. Time is linear in the text's length.
 */
export function scan(text: string): Doc {
  const lineStarts = lineStartsOf(text);
  const front = findFrontMatter(text, lineStarts);
  const state: State = {
    text, headings: [], tables: [], fences: [], html: [], containers: [], leaf: 'none',
    paragraph: { start: 0, line: 0, end: 0 }, header: { lineStart: 0, start: 0, end: 0, line: 0 }, table: undefined, fence: undefined, htmlBlock: undefined,
  };
  const cursor = { start: 0, end: 0, line: 0, at: 0, column: 0 };
  for (let line = front?.nextLine ?? 0; line < lineStarts.length; line++) {
    cursor.start = lineStarts[line] ?? 0;
    cursor.end = lineEndAt(text, lineStarts, line);
    cursor.line = line + 1;
    cursor.at = cursor.start;
    cursor.column = 0;
    readLine(state, cursor);
  }
  closeLeaf(state, text.length, text.length);
  return { text, lineStarts, eol: lineEndingOf(text), frontMatter: front?.frontMatter, headings: state.headings, tables: state.tables, fences: state.fences, html: state.html };
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
  const { at, column } = skipIndent(state.text, line);
  if (at >= line.end) {
    const keepsCode = state.leaf === 'indented' && allMatched && !opened;
    if (!keepsCode) closeLeaf(state, line.start, line.start);
    containers.length = depth;
    return;
  }
  const indent = column - line.column;
  if (!opened && !allMatched) {
    if (state.leaf === 'paragraph' && (indent >= 4 || !startsBlock(state.text, at, line.end))) {
      return readText(state, line, indent >= 4 ? undefined : at);
    }
    closeLeaf(state, line.start, line.start);
    containers.length = matched;
  }
  readLeaf(state, line, at, indent);
}

/** How many of the open containers this line continues; moves the cursor into the last of them. */
function matchContainers(state: State, line: Cursor): number {
  let matched = 0;
  for (const container of state.containers) {
    const { at, column } = skipIndent(state.text, line);
    const blank = at >= line.end;
    if (container.size === 0) {
      if (blank || column - line.column >= 4 || state.text.charCodeAt(at) !== 62) break;
      enterQuote(state.text, line, at, column);
    } else if (blank) {
      container.furtherBlank ||= container.initialBlank;
      consumeColumns(state.text, line, Math.min(container.size, column - line.column));
    } else {
      const left = container.furtherBlank;
      container.furtherBlank = false;
      container.initialBlank = false;
      if (left || column - line.column < container.size) break;
      consumeColumns(state.text, line, container.size);
    }
    matched++;
  }
  return matched;
}

/** Opens the block quotes and list items that begin on this line. */
function openContainers(state: State, line: Cursor, matched: number): boolean {
  const { text, containers } = state;
  const interrupting = matched === containers.length && state.leaf === 'paragraph';
  let opened = false;
  for (;;) {
    const { at, column } = skipIndent(text, line);
    const indent = column - line.column;
    if (at >= line.end || indent >= 4 || (opened ? containers.length : matched) >= MAX_NESTING) return opened;
    const c = text.charCodeAt(at);
    if (c === 62) {
      if (!opened) leaveFor(state, line, matched);
      opened = true;
      enterQuote(text, line, at, column);
      containers.push({ size: 0, initialBlank: false, furtherBlank: false });
      continue;
    }
    const note = c === 91 ? noteMarker(text, at, line.end) : 0;
    if (note > 0) {
      if (!opened) leaveFor(state, line, matched);
      opened = true;
      containers.push({ size: NOTE_INDENT, initialBlank: false, furtherBlank: false });
      line.at = at + note;
      line.column = column + note;
      const content = skipIndent(text, line);
      consumeColumns(text, line, content.column - line.column);
      continue;
    }
    if (c !== 42 && c !== 43 && c !== 45 && (c < 48 || c > 57)) return opened;
    const marker = listMarker(text, at, line.end);
    if (!marker) return opened;
    const after = { ...line, at: at + marker.width, column: column + marker.width };
    const content = skipIndent(text, after);
    const blank = content.at >= line.end;
    if (interrupting && !opened && (blank || !marker.interrupts)) return opened;
    if (!opened) leaveFor(state, line, matched);
    opened = true;
    const space = content.column - after.column;
    const padding = blank || space > 4 ? 1 : space;
    containers.push({ size: indent + marker.width + padding, initialBlank: blank, furtherBlank: false });
    line.at = after.at;
    line.column = after.column;
    consumeColumns(text, line, blank ? space : padding);
  }
}

function leaveFor(state: State, line: Cursor, matched: number): void {
  closeLeaf(state, line.start, line.start);
  state.containers.length = matched;
}

/** The leaf block that the rest of the line begins or continues. */
function readLeaf(state: State, line: Cursor, at: number, indent: number): void {
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
  switch (text.charCodeAt(at)) {
    case 35:
      if (readAtx(state, line, at)) return;
      break;
    case 96:
    case 126:
      if (openFence(state, line, at)) return;
      break;
    case 60:
      if (openHtml(state, line, at)) return;
      break;
    case 61:
      if (state.leaf === 'paragraph' && readSetext(state, line, at)) return;
      break;
    case 45:
      if (state.leaf === 'paragraph' && (readSetext(state, line, at) || openTable(state, line, at))) return;
      if (readBreak(state, line, at)) return;
      break;
    case 42:
    case 95:
      if (readBreak(state, line, at)) return;
      break;
    case 58:
    case 124:
      if (state.leaf === 'paragraph' && openTable(state, line, at)) return;
      break;
    default:
  }
  if (state.leaf === 'table') {
    if (state.table && state.containers.length === 0) state.table.rows.push(rowOf(text, line.start, line.end, line.line));
    return;
  }
  readText(state, line, at);
}

/** A line of a paragraph; `at` is where its text begins when it could be a table's header. */
function readText(state: State, line: Cursor, at: number | undefined): void {
  const { paragraph, header } = state;
  if (state.leaf !== 'paragraph') {
    state.leaf = 'paragraph';
    paragraph.start = at ?? line.start;
    paragraph.line = line.line;
  }
  paragraph.end = line.end;
  header.lineStart = line.start;
  header.start = at ?? line.start;
  header.end = line.end;
  header.line = at === undefined ? 0 : line.line;
}

function readAtx(state: State, line: Cursor, at: number): boolean {
  const depth = atxDepth(state.text, at, line.end);
  if (depth === 0) return false;
  closeLeaf(state, line.start, line.start);
  if (state.containers.length === 0) state.headings.push({ depth, text: atxText(state.text, at, line.end, depth), line: line.line, start: at, end: line.end });
  return true;
}

function readSetext(state: State, line: Cursor, at: number): boolean {
  const depth = setextDepth(state.text, at, line.end);
  if (depth === 0) return false;
  const { end } = state.paragraph;
  const defined = definitionsLength(state.text.slice(state.paragraph.start, end));
  const start = state.paragraph.start + defined;
  if (start >= end) return false;
  const first = defined === 0 ? state.paragraph.line : state.paragraph.line + lineBreaks(state.text.slice(state.paragraph.start, start));
  const text = state.text.slice(start, end).split(/[ \t]*(?:\r\n|\n|\r)[ \t]*/).join(' ').trim();
  closeLeaf(state, line.start, line.start);
  if (state.containers.length === 0) state.headings.push({ depth, text, line: first, start, end: line.end });
  return true;
}

function readBreak(state: State, line: Cursor, at: number): boolean {
  if (!isThematicBreak(state.text, at, line.end)) return false;
  closeLeaf(state, line.start, line.start);
  return true;
}

function openFence(state: State, line: Cursor, at: number): boolean {
  const { text } = state;
  const length = fenceLength(text, at, line.end);
  if (length === 0) return false;
  closeLeaf(state, line.start, line.start);
  const contentStart = Math.min(nextLine(text, line.end), text.length);
  state.fence = { mark: text.charCodeAt(at), length, info: text.slice(at + length, line.end).trim(), start: at, contentStart, line: line.line };
  state.leaf = 'fence';
  return true;
}

function continueFence(state: State, line: Cursor): void {
  const { at, column } = skipIndent(state.text, line);
  if (!state.fence || column - line.column >= 4 || !closesFence(state.text, at, line.end, state.fence)) return;
  pushFence(state, line.start, line.end, true);
}

function pushFence(state: State, contentEnd: number, end: number, closed: boolean): void {
  const { fence } = state;
  if (fence && state.containers.length === 0) {
    const { info, contentStart, start, line } = fence;
    state.fences.push({ info, contentStart: Math.min(contentStart, contentEnd), contentEnd, start, end, line, closed });
  }
  state.fence = undefined;
  state.leaf = 'none';
}

function openHtml(state: State, line: Cursor, at: number): boolean {
  const kind = htmlKind(state.text, at, line.end, state.leaf === 'paragraph');
  if (kind === 0) return false;
  closeLeaf(state, line.start, line.start);
  state.htmlBlock = { kind, start: at, end: line.end };
  state.leaf = 'html';
  if (endsHtml(kind, state.text.slice(kind === 2 ? at + 2 : at, line.end))) closeLeaf(state, line.end, line.end);
  return true;
}

/** False when the line is blank and ends the block before itself. */
function continueHtml(state: State, line: Cursor): boolean {
  const { htmlBlock } = state;
  if (!htmlBlock) return false;
  if (htmlBlock.kind >= 6 && skipIndent(state.text, line).at >= line.end) return false;
  htmlBlock.end = line.end;
  if (htmlBlock.kind < 6 && endsHtml(htmlBlock.kind, state.text.slice(line.at, line.end))) closeLeaf(state, line.end, line.end);
  return true;
}

function openTable(state: State, line: Cursor, at: number): boolean {
  const { text, header } = state;
  if (header.line === 0) return false;
  const columns = delimiterColumns(text, at, line.end);
  if (columns === 0 || isLonePipe(text, header) || splitRow(text, header.start, header.end).length !== columns) return false;
  if (header.start > state.paragraph.start && htmlKind(text, header.start, header.end, false) > 0) {
    // The line could not interrupt the paragraph as HTML, but a table's header does, and then it is HTML after all.
    closeLeaf(state, header.lineStart, header.lineStart);
    state.htmlBlock = { kind: 7, start: header.start, end: line.end };
    state.leaf = 'html';
    return true;
  }
  state.leaf = 'table';
  if (state.containers.length > 0) return true;
  state.table = { header: rowOf(text, header.lineStart, header.end, header.line), delimiter: rowOf(text, line.start, line.end, line.line), rows: [] };
  return true;
}

/** A header of one pipe and nothing else makes no table. */
function isLonePipe(text: string, { start, end }: Span): boolean {
  return text.charCodeAt(start) === 124 && isBlankSpan(text, start + 1, end);
}

function rowOf(text: string, start: number, end: number, line: number): TableRow {
  return { cells: splitRow(text, start, end), line, start, end };
}

/** Ends the open leaf; `contentEnd` and `end` matter to a fence that nobody closed. */
function closeLeaf(state: State, contentEnd: number, end: number): void {
  if (state.leaf === 'none') return;
  if (state.fence) pushFence(state, contentEnd, end, false);
  if (state.htmlBlock && state.containers.length === 0) state.html.push({ start: state.htmlBlock.start, end: state.htmlBlock.end });
  if (state.table) {
    const { header, delimiter, rows } = state.table;
    state.tables.push({ header, delimiter, rows, start: header.start, end: (rows.at(-1) ?? delimiter).end });
  }
  state.htmlBlock = undefined;
  state.table = undefined;
  state.header.line = 0;
  state.leaf = 'none';
}

/** Can this line interrupt a paragraph that it would otherwise continue lazily? */
function startsBlock(text: string, at: number, end: number): boolean {
  switch (text.charCodeAt(at)) {
    case 35:
      return atxDepth(text, at, end) > 0;
    case 96:
    case 126:
      return fenceLength(text, at, end) > 0;
    case 60:
      return htmlKind(text, at, end, false) > 0;
    case 42:
    case 45:
    case 95:
      return isThematicBreak(text, at, end);
    default:
      return false;
  }
}

function enterQuote(text: string, line: Cursor, at: number, column: number): void {
  line.at = at + 1;
  line.column = column + 1;
  const c = text.charCodeAt(line.at);
  if (line.at < line.end && (c === 32 || c === 9)) consumeColumns(text, line, 1);
}

/** Moves over `count` columns of blanks; a tab may be left half read. */
function consumeColumns(text: string, line: Cursor, count: number): void {
  let left = count;
  while (left > 0 && line.at < line.end) {
    const width = text.charCodeAt(line.at) === 9 ? 4 - (line.column % 4) : 1;
    if (width <= left) line.at++;
    line.column += Math.min(width, left);
    left -= width;
  }
}

/** The first non-blank unit from the cursor on, and its column. */
function skipIndent(text: string, line: Cursor): { at: number; column: number } {
  let { at, column } = line;
  while (at < line.end) {
    const c = text.charCodeAt(at);
    if (c === 32) column++;
    else if (c === 9) column += 4 - (column % 4);
    else break;
    at++;
  }
  return { at, column };
}

function isLetter(c: number): boolean {
  return (c >= 97 && c <= 122) || (c >= 65 && c <= 90);
}

function lineBreaks(text: string): number {
  return text.split(/\r\n|\n|\r/).length - 1;
}

function nextLine(text: string, lineEnd: number): number {
  return text.charCodeAt(lineEnd) === 13 && text.charCodeAt(lineEnd + 1) === 10 ? lineEnd + 2 : lineEnd + 1;
}
