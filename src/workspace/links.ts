/** Finds the links of a markdown text outside code: inline links and reference definitions. */
import { posix } from 'node:path';
import { positionAt } from '../kernel/text-position.js';
import type { Doc } from '../markdown/types.js';
import { withoutCode } from '../markdown/without-code.js';
import { wikilinksOf, wikiPath } from './wikilinks.js';

/** `path`: the path in the workspace; `undefined` for URLs and anchors in the same file. */
export type Link = {
  readonly target: string;
  readonly path: string | undefined;
  readonly anchor: string | undefined;
  readonly line: number;
  readonly start: number;
  readonly end: number;
};

const INLINE =
  /!?\[(?:[^[\]\\]|\\.|\[[^\]]*\])*\]\(\s*(<[^<>\n]*>|[^\s()]*(?:\([^\s()]*\)[^\s()]*)*)(?:\s+(?:"[^"]*"|'[^']*'))?\s*\)/g;
/** Length of `[![](x)](`: a longer text of a link may contain an image. */
const SHORTEST = 9;
/** Not a footnote (`[^1]: text`). */
const DEFINITION = /^ {0,3}\[(?!\^)[^\]\n]+\]:[ \t]*(<[^<>\n]*>|\S+)/gm;

/** @param files of the workspace: with them, wikilinks are links as well. */
export function linksOf(
  doc: Doc,
  file: string,
  files?: ReadonlyMap<string, unknown>,
): readonly Link[] {
  const links = markdownLinks(doc, file);
  if (files === undefined) return links;
  const map = { starts: doc.lineStarts, length: doc.text.length };
  const wikilinks = wikilinksOf(doc).map(({ target, name, anchor, start, end }) => ({
    target,
    path: wikiPath(files, name, file) ?? missingPage(name),
    anchor: anchor === undefined ? undefined : anchorOf(anchor),
    line: positionAt(map, start).line,
    start,
    end,
  }));
  return wikilinks.length === 0
    ? links
    : [...links, ...wikilinks].sort((a, b) => a.start - b.start);
}

/** Where a note program would make the page that a wikilink names. */
export function missingPage(name: string): string {
  return /\.[A-Za-z0-9]{1,8}$/.test(name) ? name : `${name}.md`;
}

/** GitHub's form of a heading. Wikilinks name the heading as it is written, blocks with `^`. */
export function anchorOf(heading: string): string {
  if (heading.startsWith('^')) return '';
  return slugOf(heading.split('#').at(-1) ?? '');
}

/** A heading in lower case, without formatting and punctuation, with `-` for blanks. */
export function slugOf(heading: string): string {
  return heading
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/<[^<>]*>/g, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, '')
    .replaceAll(' ', '-');
}

function markdownLinks(doc: Doc, file: string): readonly Link[] {
  const patterns = [
    ...(doc.text.includes('](') ? [INLINE] : []),
    ...(doc.text.includes(']:') ? [DEFINITION] : []),
  ];
  if (patterns.length === 0) return [];
  const text = withoutCode(doc, { comments: true });
  const map = { starts: doc.lineStarts, length: doc.text.length };
  const links: Link[] = [];
  const add = (raw: string, start: number): void => {
    const target = /^<.*>$/.test(raw) ? raw.slice(1, -1) : raw;
    if (target !== '')
      links.push({
        target,
        ...resolve(target, file),
        line: positionAt(map, start).line,
        start,
        end: start + raw.length,
      });
  };
  for (const pattern of patterns) {
    for (const found of text.matchAll(pattern)) {
      const raw = found[1] ?? '';
      const start = found.index + found[0].lastIndexOf(raw);
      if (pattern === INLINE && start - found.index > SHORTEST)
        for (const image of found[0].slice(1, start - found.index).matchAll(INLINE))
          add(image[1] ?? '', found.index + 1 + image.index + image[0].lastIndexOf(image[1] ?? ''));
      add(raw, start);
    }
  }
  return links;
}

function resolve(
  target: string,
  file: string,
): { path: string | undefined; anchor: string | undefined } {
  if (/^[a-z][a-z0-9+.-]*:/i.test(target) || target.startsWith('//'))
    return { path: undefined, anchor: undefined };
  const hash = target.indexOf('#');
  const anchor = hash < 0 ? undefined : target.slice(hash + 1);
  const bare = (hash < 0 ? target : target.slice(0, hash)).replace(/\?.*$/, '');
  if (bare === '') return { path: undefined, anchor };
  const decoded = safeDecode(bare);
  const path = decoded.startsWith('/')
    ? decoded.slice(1)
    : posix.join(posix.dirname(file), decoded);
  return { path: posix.normalize(path).replace(/\/$/, ''), anchor };
}

function safeDecode(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
