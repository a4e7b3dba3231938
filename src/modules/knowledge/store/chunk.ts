/** A file cut into the passages that search answers with: at headings, at about 1,200 characters, never inside a table or a fence. */
import { scan } from '../../../markdown/scan.js';
import type { Doc, Heading } from '../../../markdown/types.js';

export type Chunk = {
  /** Place among the chunks of its file, from 0. */
  readonly ord: number;
  /** 1-based, both included. */
  readonly line: number;
  readonly endLine: number;
  /** Titles from the outermost heading to the one above the text. */
  readonly headings: readonly string[];
  readonly text: string;
};

/** Characters that a chunk aims at; one block that is longer stays whole up to {@link LONGEST_BLOCK}. */
const TARGET = 1200;
/** A paragraph or a list that is longer is cut between lines, a line that is longer between words. Tables and fences are never cut. */
const LONGEST_BLOCK = 2400;
/** A remainder shorter than this joins the chunk before it, a heading with so little under it the text behind. */
const SHORTEST = 200;

type Span = { readonly start: number; readonly end: number };

/** Total: any text gives chunks. Time is linear in its length. */
export function chunkText(text: string): readonly Chunk[] {
  const doc = scan(text);
  const body = doc.frontMatter?.end ?? (text.charCodeAt(0) === 0xfeff ? 1 : 0);
  const pieces = [
    ...(doc.frontMatter === undefined ? [] : [{ headings: [], spans: [{ start: doc.frontMatter.contentStart, end: doc.frontMatter.contentEnd }] }]),
    ...sectionsCut(doc, body),
  ];
  const chunks: Chunk[] = [];
  for (const { headings, spans } of pieces) {
    for (const span of spans) {
      const trimmed = trim(text, span);
      if (trimmed.start < trimmed.end) chunks.push({ ord: chunks.length, line: lineOf(doc, trimmed.start), endLine: lineOf(doc, trimmed.end - 1), headings, text: text.slice(trimmed.start, trimmed.end) });
    }
  }
  return chunks;
}

/** The tables and fences of a section are those that begin before its end and were not in one before. */
function sectionsCut(doc: Doc, from: number): readonly { readonly headings: readonly string[]; readonly spans: readonly Span[] }[] {
  const whole = [...doc.tables, ...doc.fences].map(({ start, end }) => ({ start, end })).sort((a, b) => a.start - b.start);
  let next = 0;
  return sections(doc, from).map((section) => {
    while ((whole[next]?.end ?? Number.POSITIVE_INFINITY) <= section.start) next += 1;
    const first = next;
    while ((whole[next]?.start ?? Number.POSITIVE_INFINITY) < section.end) next += 1;
    return { headings: section.headings, spans: cut(doc, { ...section, whole: whole.slice(first, next) }) };
  });
}

type Section = Span & { readonly headings: readonly string[] };

/** From each heading to the next; the heading's own line belongs to its section, so that a section of nothing else is still found. */
function sections(doc: Doc, from: number): readonly Section[] {
  const found: Section[] = [];
  const open: Heading[] = [];
  let start = from;
  const close = (end: number): void => {
    if (end > start) found.push({ start, end, headings: open.map((heading) => heading.text) });
    start = end;
  };
  for (const heading of doc.headings) {
    if (heading.start < from) continue;
    close(heading.start);
    while ((open.at(-1)?.depth ?? 0) >= heading.depth) open.pop();
    open.push(heading);
  }
  close(doc.text.length);
  return found;
}

/** Spans of about the target's length, made of whole blocks where blocks are short enough. */
function cut(doc: Doc, section: Section & { readonly whole: readonly Span[] }): readonly Span[] {
  const spans: Span[] = [];
  for (const block of blocks(doc, section)) {
    const last = spans.at(-1);
    if (last !== undefined && (block.end - last.start <= TARGET || ((block.end - block.start < SHORTEST || last.end - last.start < SHORTEST) && block.end - last.start <= LONGEST_BLOCK))) spans[spans.length - 1] = { start: last.start, end: block.end };
    else spans.push(block);
  }
  return spans;
}

/** Paragraphs, lists, tables and fences, each with the blank lines behind it. */
function blocks(doc: Doc, section: Section & { readonly whole: readonly Span[] }): readonly Span[] {
  const { whole } = section;
  const found: Span[] = [];
  let start = section.start;
  let next = 0;
  const close = (end: number, isWhole: boolean): void => {
    if (end > start) found.push(...(isWhole || end - start <= LONGEST_BLOCK ? [{ start, end }] : cutLong(doc, { start, end })));
    start = Math.max(start, end);
  };
  for (let line = lineIndex(doc, section.start); line < doc.lineStarts.length; line++) {
    const at = doc.lineStarts[line] ?? 0;
    if (at >= section.end) break;
    const span = whole[next];
    if (span !== undefined && at >= span.start) {
      close(Math.max(section.start, span.start), false);
      close(Math.min(section.end, span.end), true);
      next += 1;
      line = Math.max(line, lineIndex(doc, span.end) - 1);
    } else if (at > start && isBlank(doc, line) && !isBlank(doc, line + 1)) close(doc.lineStarts[line + 1] ?? section.end, false);
  }
  close(section.end, false);
  return found;
}

/** Between lines; a line that is too long between words, or anywhere where there are none. */
function cutLong(doc: Doc, span: Span): readonly Span[] {
  const { text } = doc;
  const found: Span[] = [];
  let start = span.start;
  while (span.end - start > LONGEST_BLOCK) {
    const window = text.slice(start + SHORTEST, start + TARGET);
    const at = Math.max(window.lastIndexOf('\n'), -1) + 1 || Math.max(window.lastIndexOf(' '), -1) + 1 || window.length;
    let end = start + SHORTEST + at;
    // Never between the halves of one character.
    if (text.charCodeAt(end) >= 0xdc00 && text.charCodeAt(end) <= 0xdfff) end -= 1;
    found.push({ start, end });
    start = end;
  }
  return [...found, { start, end: span.end }];
}

function trim(text: string, { start, end }: Span): Span {
  let [from, to] = [start, end];
  while (from < to && text.charCodeAt(from) <= 32) from += 1;
  while (to > from && text.charCodeAt(to - 1) <= 32) to -= 1;
  return { start: from, end: to };
}

function isBlank(doc: Doc, line: number): boolean {
  const [start, end] = [doc.lineStarts[line], doc.lineStarts[line + 1] ?? doc.text.length];
  if (start === undefined) return false;
  for (let at = start; at < end; at++) if (doc.text.charCodeAt(at) > 32) return false;
  return true;
}

/** 1-based. */
function lineOf(doc: Doc, at: number): number {
  return lineIndex(doc, at) + 1;
}

/** Index of the line that holds an offset. */
function lineIndex(doc: Doc, at: number): number {
  let [low, high] = [0, doc.lineStarts.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((doc.lineStarts[middle] ?? 0) <= at) low = middle;
    else high = middle - 1;
  }
  return low;
}
