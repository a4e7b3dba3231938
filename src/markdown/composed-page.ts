/** A page composed from fragments, with front matter that names them. Output is deterministic. */
import { sha256 } from '../kernel/hash.js';
import { readFrontMatter } from './front-matter.js';
import type { Doc } from './types.js';

/** `text`: the current content of the fragment's file. */
export type PagePart = { readonly path: string; readonly text: string };
/** The front matter of a page; `start` and `end` are the offsets of each entry in the page. */
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

/** Front matter that names each fragment with its SHA-256, then the fragments in order. */
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

/** `undefined` for a page that was not composed, or with other front matter. */
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

/** After the line of the closing dashes and the empty line below it. */
function bodyStart(text: string, frontMatterEnd: number): number {
  const rest = /^(?:\r?\n){1,2}/.exec(text.slice(frontMatterEnd));
  return frontMatterEnd + (rest?.[0].length ?? 0);
}
