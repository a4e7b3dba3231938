/** Block quotes, list items and footnote definitions that a line continues or opens. */
import { listMarker, noteMarker } from './block-start.js';
import { closeLeaf } from './leaf-blocks.js';
import { consumeColumns, type Cursor, skipIndent, type State } from './scan-state.js';

/** Columns by which the content of a footnote definition is indented. */
const NOTE_INDENT = 4;

/** Deeper containers are read as text: each blank line costs as much as the nesting is deep. */
const MAX_NESTING = 100;

/** How many of the open containers this line continues; moves the cursor into the last of them. */
export function matchContainers(state: State, line: Cursor): number {
  let matched = 0;
  for (const container of state.containers) {
    const { offset, column } = skipIndent(state.text, line);
    const blank = offset >= line.end;
    if (container.size === 0) {
      if (blank || column - line.column >= 4 || state.text.charCodeAt(offset) !== 62) break;
      enterQuote(state.text, line, offset, column);
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
export function openContainers(state: State, line: Cursor, matched: number): boolean {
  const { text, containers } = state;
  const interrupting = matched === containers.length && state.leaf === 'paragraph';
  let opened = false;
  for (;;) {
    const { offset, column } = skipIndent(text, line);
    const indent = column - line.column;
    if (offset >= line.end || indent >= 4 || (opened ? containers.length : matched) >= MAX_NESTING)
      return opened;
    const c = text.charCodeAt(offset);
    if (c === 62) {
      if (!opened) leaveFor(state, line, matched);
      opened = true;
      enterQuote(text, line, offset, column);
      containers.push({ size: 0, initialBlank: false, furtherBlank: false });
      continue;
    }
    const note = c === 91 ? noteMarker(text, offset, line.end) : 0;
    if (note > 0) {
      if (!opened) leaveFor(state, line, matched);
      opened = true;
      containers.push({ size: NOTE_INDENT, initialBlank: false, furtherBlank: false });
      line.offset = offset + note;
      line.column = column + note;
      const content = skipIndent(text, line);
      consumeColumns(text, line, content.column - line.column);
      continue;
    }
    if (c !== 42 && c !== 43 && c !== 45 && (c < 48 || c > 57)) return opened;
    const marker = listMarker(text, offset, line.end);
    if (!marker) return opened;
    const after = { ...line, offset: offset + marker.width, column: column + marker.width };
    const content = skipIndent(text, after);
    const blank = content.offset >= line.end;
    if (interrupting && !opened && (blank || !marker.interrupts)) return opened;
    if (!opened) leaveFor(state, line, matched);
    opened = true;
    const space = content.column - after.column;
    const padding = blank || space > 4 ? 1 : space;
    containers.push({
      size: indent + marker.width + padding,
      initialBlank: blank,
      furtherBlank: false,
    });
    line.offset = after.offset;
    line.column = after.column;
    consumeColumns(text, line, blank ? space : padding);
  }
}

function leaveFor(state: State, line: Cursor, matched: number): void {
  closeLeaf(state, line.start, line.start);
  state.containers.length = matched;
}

function enterQuote(text: string, line: Cursor, offset: number, column: number): void {
  line.offset = offset + 1;
  line.column = column + 1;
  const c = text.charCodeAt(line.offset);
  if (line.offset < line.end && (c === 32 || c === 9)) consumeColumns(text, line, 1);
}
