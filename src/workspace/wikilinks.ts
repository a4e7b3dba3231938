/** The links of note programs: `[[Page]]`, `[[folder/Page#Heading|shown]]`, `![[Page]]`. */
import { posix } from 'node:path';
import type { Doc } from '../markdown/types.js';
import { withoutCode } from '../markdown/without-code.js';

/** `name` and `anchor` as they are written; `start` and `end` span both. */
export type Wikilink = {
  readonly target: string;
  readonly name: string;
  readonly anchor: string | undefined;
  readonly start: number;
  readonly end: number;
};

/** In a table, the pipe is escaped. A blank or a colon first is a test of a shell, or a class. */
const WIKILINK = /\[\[(?![\s:[])([^[\]|\\#\n]*)(#[^[\]|\\\n]*)?(?:\\?\|[^[\]\n]*)?\]\]/g;

export function wikilinksOf(doc: Doc): readonly Wikilink[] {
  if (!doc.text.includes('[[')) return [];
  return [...withoutCode(doc, { comments: true }).matchAll(WIKILINK)].flatMap(
    ({ index, 1: written = '', 2: hash }) => {
      const target = `${written}${hash ?? ''}`.trimEnd();
      const start = index + 2;
      return target === ''
        ? []
        : [
            {
              target,
              name: written.trim(),
              anchor: hash?.slice(1).trim(),
              start,
              end: start + target.length,
            },
          ];
    },
  );
}

type Files = ReadonlyMap<string, unknown>;
const indexes = new WeakMap<Files, ReadonlyMap<string, readonly string[]>>();

/**
 * The file that a wikilink names: the one at that path, else one whose path ends so, in any case:
 * in the same folder, or the nearest to the root. An empty name is the page itself.
 */
export function wikiPath(files: Files, name: string, from: string): string | undefined {
  if (name === '') return from;
  const file = /\.[A-Za-z0-9]{1,8}$/.test(name) ? name : `${name}.md`;
  const near = posix.normalize(
    file.startsWith('.') ? posix.join(posix.dirname(from), file) : file.replace(/^\//, ''),
  );
  if (files.has(near)) return near;
  const wanted = near.toLowerCase();
  const named = indexOf(files).get(posix.basename(wanted)) ?? [];
  const fitting = named.filter((path) => `/${path}`.toLowerCase().endsWith(`/${wanted}`));
  const folder = posix.dirname(from);
  return fitting.find((path) => posix.dirname(path) === folder) ?? fitting[0];
}

/** Paths by their names in lower case, those with fewer folders first. */
function indexOf(files: Files): ReadonlyMap<string, readonly string[]> {
  const ready = indexes.get(files);
  if (ready !== undefined) return ready;
  const index = new Map<string, string[]>();
  for (const path of files.keys()) {
    const name = posix.basename(path).toLowerCase();
    const same = index.get(name);
    if (same === undefined) index.set(name, [path]);
    else same.push(path);
  }
  const depth = (path: string): number => path.split('/').length;
  for (const same of index.values()) same.sort((a, b) => depth(a) - depth(b) || (a < b ? -1 : 1));
  indexes.set(files, index);
  return index;
}
