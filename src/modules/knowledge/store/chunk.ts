/**
 * Cuts a file into passages: at headings, at about 1,200 characters, never in a table or a fence.
 */
import { scan } from '../../../markdown/scan.js';
import type { Doc, Heading } from '../../../markdown/types.js';
import { cutSection, lineOf, type Span } from './cut-section.js';

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

/** Accepts any text, in linear time. */
export function chunkText(text: string): readonly Chunk[] {
  const doc = scan(text);
  const body = doc.frontMatter?.end ?? (text.charCodeAt(0) === 0xfeff ? 1 : 0);
  const pieces = [
    ...(doc.frontMatter === undefined
      ? []
      : [
          {
            headings: [],
            spans: [{ start: doc.frontMatter.contentStart, end: doc.frontMatter.contentEnd }],
          },
        ]),
    ...sectionsCut(doc, body),
  ];
  const chunks: Chunk[] = [];
  for (const { headings, spans } of pieces) {
    for (const span of spans) {
      const trimmed = trim(text, span);
      if (trimmed.start < trimmed.end)
        chunks.push({
          ord: chunks.length,
          line: lineOf(doc, trimmed.start),
          endLine: lineOf(doc, trimmed.end - 1),
          headings,
          text: text.slice(trimmed.start, trimmed.end),
        });
    }
  }
  return chunks;
}

/** A table or fence belongs to the first section that it overlaps. */
function sectionsCut(
  doc: Doc,
  from: number,
): readonly { readonly headings: readonly string[]; readonly spans: readonly Span[] }[] {
  const whole = [...doc.tables, ...doc.fences]
    .map(({ start, end }) => ({ start, end }))
    .sort((a, b) => a.start - b.start);
  let next = 0;
  return sections(doc, from).map((section) => {
    while ((whole[next]?.end ?? Number.POSITIVE_INFINITY) <= section.start) next += 1;
    const first = next;
    while ((whole[next]?.start ?? Number.POSITIVE_INFINITY) < section.end) next += 1;
    return {
      headings: section.headings,
      spans: cutSection(doc, section, whole.slice(first, next)),
    };
  });
}

type Section = Span & { readonly headings: readonly string[] };

/**
 * From each heading to the next. The heading belongs to its section, so an empty one is found too.
 */
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

function trim(text: string, { start, end }: Span): Span {
  let [from, to] = [start, end];
  while (from < to && text.charCodeAt(from) <= 32) from += 1;
  while (to > from && text.charCodeAt(to - 1) <= 32) to -= 1;
  return { start: from, end: to };
}
