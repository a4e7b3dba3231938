/** The paths in texts that lead into a folder, or out of it, and what they are once it is moved. */
import { posix } from 'node:path';
import { lineMap, rangeAt } from '../../../kernel/text-position.js';
import { linkPath } from '../../../validate/link-path.js';
import type { Snapshot } from '../../../workspace/types.js';
import type { LiveWorkspace } from '../live-workspace.js';
import type { Replacement } from './plan-rename.js';

export type Folder = { readonly from: string; readonly to: string };

/** Longer texts are logs or data, in which names are history. */
const LONGEST = 2_000_000;
const TEXTS = /\.(?:md|markdown|ya?ml|json|mjs|js|sh|py|txt)$/i;

export function folderMentions(
  live: LiveWorkspace,
  snapshot: Snapshot,
  folder: Folder,
): readonly Replacement[] {
  const found: Replacement[] = [];
  for (const [path, { kind, size }] of snapshot.files) {
    const isLog = snapshot.objectsOf(path).some(({ shape }) => shape === 'log');
    if (kind !== 'file' || size > LONGEST || isLog || !TEXTS.test(path)) continue;
    const written = pathsIn(snapshot.text(path) ?? '', path, folder);
    found.push(...written, ...linksIn(live, snapshot, { path, folder }));
  }
  return found;
}

/** Paths from the workspace: `PROJECTS/old` and what is below it. */
function pathsIn(text: string, file: string, { from, to }: Folder): readonly Replacement[] {
  if (!text.includes(from)) return [];
  const map = lineMap(text);
  const name = posix.basename(from);
  const pattern = new RegExp(
    `(?<![\\w./-])${from.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?![\\w-])`,
    'g',
  );
  return [...text.matchAll(pattern)].map(({ index }) => {
    const end = index + from.length;
    return {
      range: rangeAt(map, file, end - name.length, end),
      newText: posix.basename(to),
    };
  });
}

/** Links that are written from where they stand. Inside the folder nothing changes. */
function linksIn(
  live: LiveWorkspace,
  snapshot: Snapshot,
  { path, folder }: { readonly path: string; readonly folder: Folder },
): readonly Replacement[] {
  if (path.startsWith(`${folder.from}/`)) return [];
  const name = posix.basename(folder.from);
  return (live.index.get(path)?.links ?? []).flatMap((link): Replacement[] => {
    const target = linkPath(snapshot.files, path, link);
    if (target !== folder.from && target?.startsWith(`${folder.from}/`) !== true) return [];
    const part = new RegExp(`(^|/)${name}(?=/|$|#)`).exec(link.target);
    if (part === null || link.target.includes(folder.from)) return [];
    const column = link.range.column + part.index + (part[1]?.length ?? 0);
    const { file, line } = link.range;
    return [
      {
        range: { file, line, column, endLine: line, endColumn: column + name.length },
        newText: posix.basename(folder.to),
      },
    ];
  });
}
