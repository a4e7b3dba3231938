/** Adds to an owner's page the sections that the registry needs. */
import { scopeOf } from '../markdown/find-records.js';
import { sectionKey } from '../markdown/key.js';
import { scan } from '../markdown/scan.js';
import type { Heading } from '../markdown/types.js';

/**
 * Appends the named level 2 sections that the owner's page lacks; with `short`, only their lists.
 */
export function withSections(
  own: string,
  shipped: string,
  options: { readonly titles: readonly string[]; readonly short?: boolean },
): string {
  const missing = options.titles
    .filter((title) => !sectionsOf(own).some(({ text }) => isTitled(text, title)))
    .flatMap((title) => sectionText(shipped, title) ?? []);
  return appended(
    own,
    options.short === true
      ? missing.map((section) => `${section.split('\n\n').slice(0, 2).join('\n\n')}\n`)
      : missing,
  );
}

/** Appends the whole shipped page below a heading of its own. */
export function withPage(own: string, shipped: string, title: string): string {
  const body = shipped.replace(/^# .*\r?\n+/, '').trimEnd();
  return appended(own, [`# ${title}\n\n${body}\n`]);
}

function appended(own: string, parts: readonly string[]): string {
  if (parts.length === 0) return own;
  const doc = scan(own);
  const last = doc.fences.at(-1);
  // Text after an open fence would be code.
  const fence =
    last !== undefined && !last.closed
      ? `\n${/^[`~]{3,}/.exec(own.slice(last.start).trimStart())?.[0] ?? '```'}\n`
      : '\n';
  const text = `${own.trimEnd()}\n${fence === '\n' ? '' : fence.slice(1)}\n${parts.join('\n')}`;
  return doc.eol === '\n' ? text : text.replace(/\r?\n/g, doc.eol);
}

function sectionsOf(text: string): readonly Heading[] {
  return scan(text).headings.filter(({ depth }) => depth === 2);
}

/** `Domain:` and `` `Domain` `` are the heading `Domain` too. */
function isTitled(heading: string, title: string): boolean {
  const { key, title: rest } = sectionKey(heading);
  return heading === title || (key === title && rest === '');
}

function sectionText(text: string, title: string): string | undefined {
  const doc = scan(text);
  const heading = doc.headings.find(
    (candidate) => candidate.depth === 2 && candidate.text === title,
  );
  return heading === undefined
    ? undefined
    : `## ${title}\n\n${text.slice(scopeOf(doc, heading).start, scopeOf(doc, heading).end).trim()}\n`;
}
