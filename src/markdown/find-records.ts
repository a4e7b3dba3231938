/** Finds the table or the sections of a locator in a scanned file, or the reason why not. */
import { matchesKey } from './locator.js';
import { sectionKey } from './key.js';
import type { Doc, Heading, Locator, Span, Table } from './types.js';

type TableLocator = Extract<Locator, { kind: 'table' }>;
type SectionLocator = Extract<Locator, { kind: 'section' }>;

export type FoundTable =
  | { readonly kind: 'found'; readonly heading: Heading; readonly table: Table }
  | { readonly kind: 'no-heading' }
  | { readonly kind: 'no-table'; readonly heading: Heading }
  | { readonly kind: 'ambiguous'; readonly headings: readonly Heading[] };

/** The first table in the scope of the only heading of that depth and text. */
export function findTable(doc: Doc, locator: TableLocator): FoundTable {
  const headings = headingsLike(doc, locator);
  const [heading, second] = headings;
  if (!heading) return { kind: 'no-heading' };
  if (second) return { kind: 'ambiguous', headings };
  const { start, end } = scopeOf(doc, heading);
  const table = doc.tables.find((candidate) => candidate.start >= start && candidate.start < end);
  return table ? { kind: 'found', heading, table } : { kind: 'no-table', heading };
}

/** `inner` ends before the first deeper heading. */
export type Section = {
  readonly heading: Heading;
  readonly key: string;
  readonly inner: Span;
  readonly start: number;
  readonly contentStart: number;
  readonly end: number;
};
export type FoundSections =
  /** `scope`: where to look for sections, and to add a new one at the end. */
  | {
      readonly kind: 'found';
      readonly scope: Span;
      readonly sections: readonly Section[];
      readonly unnamed: readonly Heading[];
    }
  | { readonly kind: 'no-scope' }
  | { readonly kind: 'ambiguous'; readonly headings: readonly Heading[] };

/** `unnamed`: headings of the locator's depth without a first word. */
export function findSections(doc: Doc, locator: SectionLocator): FoundSections {
  let scope: Span = { start: doc.frontMatter?.end ?? 0, end: doc.text.length };
  if (locator.within) {
    const headings = headingsLike(doc, locator.within);
    const [heading, second] = headings;
    if (!heading) return { kind: 'no-scope' };
    if (second) return { kind: 'ambiguous', headings };
    scope = scopeOf(doc, heading);
  }
  const sections: Section[] = [];
  const unnamed: Heading[] = [];
  doc.headings.forEach((heading, index) => {
    if (
      heading.depth !== locator.depth ||
      heading.start < scope.start ||
      heading.start >= scope.end
    )
      return;
    const { key, title } = sectionKey(heading.text);
    if (key === '') unnamed.push(heading);
    // `## Domain knowledge` is the owner's own section, not the record of `## Domain`.
    else if (matchesKey(locator.match, key) && (title === '' || locator.match.includes('*'))) {
      const next = nextHeading(doc, index);
      const end = next ? lineStartOf(doc, next) : doc.text.length;
      const deeper = doc.headings[index + 1];
      sections.push({
        heading,
        key,
        start: heading.start,
        contentStart: heading.end,
        end,
        inner: { start: heading.end, end: deeper ? lineStartOf(doc, deeper) : end },
      });
    }
  });
  return { kind: 'found', scope, sections, unnamed };
}

export function headingsLike(
  doc: Doc,
  like: { readonly depth: number; readonly heading: string },
): readonly Heading[] {
  return doc.headings.filter(
    (heading) => heading.depth === like.depth && heading.text === like.heading,
  );
}

/** The scope of a heading: up to the next one of the same or a higher level. */
export function scopeOf(doc: Doc, heading: Heading): Span {
  const next = nextHeading(doc, doc.headings.indexOf(heading));
  return { start: heading.end, end: next ? lineStartOf(doc, next) : doc.text.length };
}

/** Start of a heading's first line, including its indent. */
export function lineStartOf(doc: Doc, heading: Heading): number {
  return doc.lineStarts[heading.line - 1] ?? heading.start;
}

/** The blocks that begin inside a span. @param blocks in the order of the file. */
export function within<T extends Span>(blocks: readonly T[], span: Span): readonly T[] {
  let low = 0;
  let high = blocks.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((blocks[middle]?.start ?? 0) < span.start) low = middle + 1;
    else high = middle;
  }
  let end = low;
  while (end < blocks.length && (blocks[end]?.start ?? 0) < span.end) end++;
  return blocks.slice(low, end);
}

function nextHeading(doc: Doc, index: number): Heading | undefined {
  const depth = doc.headings[index]?.depth ?? 0;
  for (let i = index + 1; i < doc.headings.length; i++) {
    const heading = doc.headings[i];
    if (heading && heading.depth <= depth) return heading;
  }
  return undefined;
}
