/** The pages that a link may lead to, while it is being written. */
import { posix } from 'node:path';
import { type CompletionItem, CompletionItemKind } from 'vscode-languageserver/node';
import type { Snapshot } from '../../workspace/types.js';
import type { LiveWorkspace } from './live-workspace.js';
import type { PlacedText } from './places.js';

const MOST = 500;

/** `undefined` if no link is being written. */
export function linkItems(
  live: LiveWorkspace,
  at: {
    readonly snapshot: Snapshot;
    readonly placed: PlacedText;
    readonly path: string;
    readonly offset: number;
  },
): readonly CompletionItem[] | undefined {
  const { snapshot, placed, path, offset } = at;
  const before = placed.text.slice(Math.max(0, offset - 300), offset);
  const [, wiki] = /\[\[([^[\]|#\n]*)$/.exec(before) ?? [];
  const [, target] = /\]\(([^()\s]*)$/.exec(before) ?? [];
  const typed = wiki ?? target;
  if (typed === undefined) return undefined;
  const range = live.rangeOf(placed, offset - typed.length, offset);
  const pages = [...snapshot.files.keys()].filter((file) => file.endsWith('.md'));
  const names = wiki === undefined ? undefined : wikiNames(pages);
  return pages
    .map((page) => names?.get(page) ?? encodeURI(posix.relative(posix.dirname(path), page)))
    .filter((name) => name.toLowerCase().includes(typed.toLowerCase()))
    .slice(0, MOST)
    .map((name) => ({
      label: name,
      kind: CompletionItemKind.File,
      textEdit: { range, newText: name },
    }));
}

/** The name of a page, or its path if another page has the same name. */
function wikiNames(pages: readonly string[]): ReadonlyMap<string, string> {
  const count = new Map<string, number>();
  const nameOf = (page: string): string => posix.basename(page, '.md');
  for (const page of pages) count.set(nameOf(page), (count.get(nameOf(page)) ?? 0) + 1);
  return new Map(
    pages.map((page) => [page, count.get(nameOf(page)) === 1 ? nameOf(page) : page.slice(0, -3)]),
  );
}
