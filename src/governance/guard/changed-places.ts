/** What the earlier programs of one command may have made, changed or removed. */
import { posix } from 'node:path';

/** Paths are relative to the workspace. Nobody knows which of the programs succeed. */
export type ChangedPlaces = {
  /** Grows with each new place. */
  readonly version: () => number;
  readonly note: (path: string, gone: boolean) => void;
  readonly touched: (path: string) => boolean;
  /** Whether something may be there now that was not there before. */
  readonly mayExist: (path: string) => boolean;
  /** Whether what was there before may be gone. */
  readonly mayBeGone: (path: string) => boolean;
};

export function changedPlaces(): ChangedPlaces {
  const made = new Set<string>();
  const gone = new Set<string>();
  const foldersOfMade = new Set<string>();
  return {
    version: () => made.size + gone.size,
    note: (path, isGone) => {
      (isGone ? gone : made).add(path);
      if (!isGone) for (const folder of foldersOf(path)) foldersOfMade.add(folder);
    },
    touched: (path) => made.has(path) || gone.has(path),
    mayExist: (path) => made.has(path) || foldersOfMade.has(path),
    mayBeGone: (path) => gone.has(path) || foldersOf(path).some((folder) => gone.has(folder)),
  };
}

function foldersOf(path: string): readonly string[] {
  const folders: string[] = [];
  for (let folder = posix.dirname(path); folder !== '.'; folder = posix.dirname(folder))
    folders.push(folder);
  return folders;
}
