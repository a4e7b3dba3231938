/** Looks for changes every few seconds where the disk cannot be watched, while a page is open. */
import type { WarmSnapshot } from '../../passes/warm-snapshot.js';
import type { FileEntry } from '../../workspace/types.js';
import type { Changes } from './changes.js';

export const EVERY_S = 5;
const SAME = ['size', 'mtimeMs', 'ino', 'mode', 'kind'] as const;

type Files = ReadonlyMap<string, FileEntry>;

/** @returns the call that ends it. */
export function lookForChanges(warm: WarmSnapshot, changes: Changes): () => void {
  let known: Files | undefined;
  const look = (): void => {
    if (warm.isWatched || changes.listeners === 0) return;
    const files = filesOf(warm);
    const isChanged = known !== undefined && files !== undefined && !isSame(known, files);
    known = files ?? known;
    if (isChanged) changes.touch();
  };
  const timer = setInterval(look, EVERY_S * 1000).unref();
  return () => clearInterval(timer);
}

/** A workspace that cannot be read now is looked at again. */
function filesOf(warm: WarmSnapshot): Files | undefined {
  try {
    return warm.current().files;
  } catch {
    return undefined;
  }
}

function isSame(before: Files, now: Files): boolean {
  if (before.size !== now.size) return false;
  for (const [path, entry] of now) {
    const then = before.get(path);
    if (then === undefined || SAME.some((field) => then[field] !== entry[field])) return false;
  }
  return true;
}
