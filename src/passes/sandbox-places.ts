/**
 * Where the processes of a pass may write, as folders that stay writable in a sandbox and what
 * inside them does not.
 */
import { lstatSync, readdirSync } from '../kernel/files.js';
import { join } from 'node:path';
import { routeReasons, type PassAuthority } from '../governance/guard/route.js';
import { globsTouch } from '../kernel/glob-cover.js';
import type { Snapshot } from '../workspace/types.js';

/** Absolute paths. `readOnly` lie inside `writable`. */
export type WritablePlaces = {
  readonly writable: readonly string[];
  readonly readOnly: readonly string[];
};

/**
 * Of outputs of earlier phases: each is a mount, and mounts make the start of a program slower.
 * What is beyond is undone after the pass as ever.
 */
const MOST_EARLIER = 128;
const NEVER = new Set(['.nocturne', '.git']);

/**
 * The folders that the globs of the pass lead to; where one is not there yet, its nearest parent.
 * Files and folders in them that the guard
 * would refuse are read-only. Symbolic links are followed nowhere.
 * @param clones folders of repositories that the agent may change.
 */
export function writablePlaces(
  snapshot: Snapshot,
  authority: PassAuthority,
  clones: readonly string[] = [],
): WritablePlaces {
  const bases = [
    ...new Set(
      authority.writes
        .filter((glob) => !glob.startsWith('!'))
        .map((glob) => nearestFolder(snapshot, glob)),
    ),
  ].filter((base) => base !== undefined);
  const outermost = bases.filter(
    (base) =>
      !bases.some((other) => other !== base && (other === '' || base.startsWith(`${other}/`))),
  );
  const search: Search = { snapshot, authority, closed: [], earlier: [] };
  for (const base of outermost) findClosed(search, base);
  const readOnly = [...search.closed, ...search.earlier.slice(0, MOST_EARLIER)].filter(
    (path) => !clones.includes(path),
  );
  return {
    writable: [...outermost, ...clones].map((path) => join(snapshot.root, path)),
    readOnly: readOnly.map((path) => join(snapshot.root, path)),
  };
}

function placeOf({ root, place }: Snapshot, path: string): string {
  return place?.(path) ?? join(root, path);
}

type Search = {
  readonly snapshot: Snapshot;
  readonly authority: PassAuthority;
  readonly closed: string[];
  readonly earlier: string[];
};

function findClosed(search: Search, folder: string): void {
  const { snapshot, authority, closed, earlier } = search;
  for (const entry of readdirSync(placeOf(snapshot, folder), { withFileTypes: true })) {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    // No path leads to a name that is not UTF-8.
    if (lstatSync(placeOf(snapshot, path), { throwIfNoEntry: false }) === undefined) continue;
    if (entry.isDirectory()) {
      if (
        NEVER.has(entry.name) ||
        !authority.writes.some((glob) => !glob.startsWith('!') && globsTouch(glob, `${path}/**`))
      )
        closed.push(path);
      else findClosed(search, path);
      continue;
    }
    const reasons = entry.isFile()
      ? (['edit', 'append'] as const).map((op) => routeReasons(snapshot, authority, { path, op }))
      : [];
    if (reasons.length === 0 || reasons.some((group) => group.length === 0)) continue;
    (reasons.flat().every(({ code }) => code === 'earlier-phase') ? earlier : closed).push(path);
  }
}

/**
 * Relative to the workspace, `''` for its root; nothing where the way leads through a link or a
 * file.
 */
function nearestFolder(snapshot: Snapshot, glob: string): string | undefined {
  const parts = glob.split('/');
  const wild = parts.findIndex((part) => /[*?[\]{}()!+@|\\]/.test(part));
  let found = '';
  for (const part of wild === -1 ? parts : parts.slice(0, wild)) {
    const next = found === '' ? part : `${found}/${part}`;
    const seen = lstatSync(placeOf(snapshot, next), { throwIfNoEntry: false });
    if (seen?.isSymbolicLink() === true) return undefined;
    if (seen?.isDirectory() !== true) return found;
    found = next;
  }
  return found;
}
