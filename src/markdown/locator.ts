/** Parses and formats the Locator column of REGISTRY.md. */
import type { Locator, Shape } from './types.js';

const HEADING = /^(#{1,6})[ \t]+(\S.*)$/;

/**
 * `front matter` (document), `## Projects` (table, log), `lines` (log in a `.jsonl` file), `##
 * FM-*` or `### N-* in ## Inbox` (section).
 * `undefined` if the text is not a locator of that shape.
 */
export function parseLocator(text: string, shape: Shape): Locator | undefined {
  const words = text.trim();
  switch (shape) {
    case 'document':
      return /^front[ -]?matter$/i.test(words) ? { kind: 'front-matter' } : undefined;
    case 'table':
    case 'log': {
      if (shape === 'log' && words === 'lines') return { kind: 'lines' };
      const heading = parseHeading(words);
      return heading && { kind: 'table', ...heading };
    }
    case 'section':
      return parseSectionLocator(words);
  }
}

/** The inverse of `parseLocator`. */
export function formatLocator(locator: Locator): string {
  switch (locator.kind) {
    case 'front-matter':
      return 'front matter';
    case 'lines':
      return 'lines';
    case 'table':
      return formatHeading(locator);
    case 'section':
      return (
        formatHeading({ depth: locator.depth, heading: locator.match }) +
        (locator.within ? ` in ${formatHeading(locator.within)}` : '')
      );
  }
}

/** Whether the key of a section matches the locator's pattern, in which `*` matches any text. */
export function matchesKey(pattern: string, key: string): boolean {
  const parts = pattern.split('*');
  const [head = ''] = parts;
  const tail = parts.at(-1) ?? '';
  if (parts.length === 1) return key === pattern;
  if (!key.startsWith(head) || !key.endsWith(tail) || key.length < head.length + tail.length)
    return false;
  let offset = head.length;
  for (const part of parts.slice(1, -1)) {
    const found = key.indexOf(part, offset);
    if (found === -1 || found + part.length > key.length - tail.length) return false;
    offset = found + part.length;
  }
  return true;
}

function parseSectionLocator(words: string): Locator | undefined {
  const [own = '', scope, ...rest] = words.split(/[ \t]+in[ \t]+(?=#)/);
  const section = parseHeading(own);
  if (!section || rest.length > 0 || /\s/.test(section.heading)) return undefined;
  const { depth, heading: match } = section;
  if (scope === undefined) return { kind: 'section', depth, match };
  const within = parseHeading(scope);
  return within && within.depth < depth ? { kind: 'section', depth, match, within } : undefined;
}

function parseHeading(
  words: string,
): { readonly depth: number; readonly heading: string } | undefined {
  const [, marks, heading] = HEADING.exec(words) ?? [];
  return marks === undefined || heading === undefined
    ? undefined
    : { depth: marks.length, heading: heading.trim() };
}

function formatHeading({
  depth,
  heading,
}: {
  readonly depth: number;
  readonly heading: string;
}): string {
  return `${'#'.repeat(depth)} ${heading}`;
}
