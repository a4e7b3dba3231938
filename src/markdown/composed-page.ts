/**
 * A page that is composed from fragments: how it is written, and how it says of what it was made.
 * The same fragments give the same bytes.
 */
import { sha256 } from '../kernel/hash.js';
import { readFrontMatter } from './front-matter.js';
import type { Doc } from './types.js';

/** `text`: what the fragment's file holds now. */
export type PagePart = { readonly path: string; readonly text: string };
/** What a page says of itself; `start` and `end` are offsets of each entry's line in the page. */
export type ComposedFrom = {
  readonly parts: readonly {
    readonly path: string;
    readonly sha256: string;
    readonly start: number;
    readonly end: number;
  }[];
  readonly body: string;
  /** Where the text begins. */
  readonly bodyStart: number;
};

/**
 * The fragments in their order, an empty line between, under front matter that names each with its
 * SHA-256.
 */
export function composedPage(recipe: string, parts: readonly PagePart[]): string {
  const body = composedBody(parts);
  const head = [
    '---',
    'composed_by: nocturne prompts compose',
    `recipe: ${recipe}`,
    `body: ${sha256(body)}`,
    'fragments:',
    ...parts.flatMap(({ path, text }) => [`  - path: ${path}`, `    sha256: ${sha256(text)}`]),
    '---',
    '',
  ];
  return `${head.join('\n')}\n${body}`;
}

export function composedBody(parts: readonly PagePart[]): string {
  return `${parts.map(({ text }) => text.trim()).join('\n\n')}\n`;
}

/** `undefined` for a page that does not say that it was composed, or says it in another form. */
export function composedFrom(doc: Doc, file: string): ComposedFrom | undefined {
  if (doc.frontMatter === undefined) return undefined;
  const { fields, diagnostics } = readFrontMatter(doc, file);
  const [listed, body] = [fields.get('fragments'), fields.get('body')];
  if (
    diagnostics.length > 0 ||
    listed === undefined ||
    body === undefined ||
    !Array.isArray(listed.data)
  )
    return undefined;
  const parts: ComposedFrom['parts'][number][] = [];
  let from = listed.start;
  for (const entry of listed.data as readonly unknown[]) {
    if (typeof entry !== 'object' || entry === null || !('path' in entry) || !('sha256' in entry))
      return undefined;
    const [path, hash] = [String(entry.path), String(entry.sha256)];
    const start = doc.text.indexOf(path, from);
    from = start + path.length;
    parts.push({ path, sha256: hash, start, end: from });
  }
  return { parts, body: body.value, bodyStart: bodyStart(doc.text, doc.frontMatter.end) };
}

/** Behind the line of the closing dashes and the empty line below it. */
function bodyStart(text: string, frontMatterEnd: number): number {
  const rest = /^(?:\r?\n){1,2}/.exec(text.slice(frontMatterEnd));
  return frontMatterEnd + (rest?.[0].length ?? 0);
}
