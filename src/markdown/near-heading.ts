/** Finds the line that was probably meant as a heading that is not there. */
import { nearestName } from '../kernel/nearest-name.js';
import { lineEndAt, lineIndexAt } from './line-starts.js';
import type { Doc, Heading, Span } from './types.js';

/** A heading with the same words at another depth or with a typing error, or without its space. */
export function nearHeading(
  doc: Doc,
  wanted: { readonly depth: number; readonly heading: string },
): Span | undefined {
  // The title of a page often has the words of its only table.
  const lines = [...doc.headings, ...unspaced(doc)].filter(({ depth }) => depth > 1);
  const words = wanted.heading.toLowerCase();
  const same = lines.find(({ text }) => text.toLowerCase().replace(/[\s:.]+$/, '') === words);
  if (same !== undefined) return same;
  const near = nearestName(
    wanted.heading,
    doc.headings.filter(({ depth }) => depth === wanted.depth).map(({ text }) => text),
  );
  return doc.headings.find(({ depth, text }) => depth === wanted.depth && text === near);
}

/** Lines such as `##Projects`, which are not headings. */
export function unspaced(doc: Doc): readonly Heading[] {
  const found: Heading[] = [];
  const { text, lineStarts } = doc;
  for (const marks of text.matchAll(/^#{1,6}(?=[^\s#!])/gm)) {
    const start = marks.index;
    if ([...doc.fences, ...doc.html].some((block) => start >= block.start && start < block.end))
      continue;
    const line = lineIndexAt(lineStarts, start);
    const end = lineEndAt(text, lineStarts, line);
    found.push({
      depth: marks[0].length,
      text: text.slice(start + marks[0].length, end).trim(),
      line: line + 1,
      start,
      end,
    });
  }
  return found;
}
