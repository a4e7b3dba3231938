/**
 * Brings back the folder of a workspace that was moved or replaced while a pass ran. What is in its
 * place is moved aside; only a link and an empty folder are removed.
 */
import { lstatSync, mkdirSync, readdirSync, renameSync, rmdirSync } from '../kernel/files.js';
import { dirname } from 'node:path';
import { NocturneError } from '../kernel/error.js';
import { removeIfThere } from './durable.js';
import { findFolder } from './find-root-again.js';
import { isPinned, type RootIdentity, type RootSeen, whatIsAt } from './pinned-root.js';
import { onFile } from './storage-error.js';

/** `gone`: no such folder was found. Then nothing has been changed. */
export type RestoredRoot =
  | { readonly kind: 'in-place' }
  | { readonly kind: 'restored'; readonly from: string; readonly done: readonly string[] }
  | { readonly kind: 'gone'; readonly what: string };

/** @param from where the folder is now, if that is known. */
export function restoreRoot(pinned: RootIdentity, from?: string): RestoredRoot {
  const { path } = pinned;
  const seen = whatIsAt(pinned);
  if (seen === undefined) return { kind: 'in-place' };
  if (from !== undefined && !isPinned(pinned, from))
    throw new NocturneError('NOT_FOUND', `${from} is not the folder that was at ${path}`, {
      file: from,
      hint: `omit --from: Nocturne then looks for the folder with the inode ${pinned.inode}`,
    });
  const found = from ?? findFolder(pinned);
  if (found === undefined) return { kind: 'gone', what: seen.what };
  const move = wholeMove(pinned, seen, found);
  const done = clearPlace(seen);
  onFile(move.to, 'restore', () => {
    mkdirSync(dirname(move.to), { recursive: true });
    renameSync(move.from, move.to);
  });
  return { kind: 'restored', from: found, done: [...done, `moved ${move.from} to ${move.to}`] };
}

/** If a folder above it was moved, that one comes back as a whole. */
function wholeMove(
  { path }: RootIdentity,
  { obstacle }: RootSeen,
  found: string,
): { readonly from: string; readonly to: string } {
  const below = obstacle === undefined ? '' : path.slice(obstacle.path.length);
  return obstacle === undefined || below === '' || !found.endsWith(below)
    ? { from: found, to: path }
    : { from: found.slice(0, -below.length), to: obstacle.path };
}

/** Nothing is lost: a link leads nowhere new, an empty folder holds nothing. */
export function clearPlace({ obstacle }: RootSeen): readonly string[] {
  if (obstacle === undefined) return [];
  const { path } = obstacle;
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return [];
  if (stats.isSymbolicLink()) {
    removeIfThere(path);
    return [`removed the link at ${path}`];
  }
  if (stats.isDirectory() && readdirSync(path).length === 0) {
    onFile(path, 'remove', () => rmdirSync(path));
    return [`removed the empty folder at ${path}`];
  }
  const aside = freeNameBeside(path);
  onFile(path, 'move away', () => renameSync(path, aside));
  return [`moved what was at ${path} to ${aside}`];
}

function freeNameBeside(path: string): string {
  for (let n = 1; ; n++) {
    const name = n === 1 ? `${path}.replaced` : `${path}.replaced-${n}`;
    if (lstatSync(name, { throwIfNoEntry: false }) === undefined) return name;
  }
}
