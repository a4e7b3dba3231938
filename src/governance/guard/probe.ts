/** What the guard asks the disk: what is at a path now, without following links. */
import { lstatSync, readlinkSync, realpathSync, type Stats } from '../../kernel/files.js';
import { relative } from 'node:path';
import { defined } from '../../kernel/defined.js';
import { isInside } from '../../kernel/is-inside.js';
import type { Snapshot } from '../../workspace/types.js';

export type Probed = {
  readonly kind: 'file' | 'directory' | 'symlink' | 'other';
  readonly links: number;
  readonly target?: string;
};

/** Absolute paths. What cannot be inspected is `other`, which is not a file to write. */
export type FileProbe = {
  at(path: string): Probed | undefined;
  real(path: string): string;
  /** Where on the disk the folder is, to list it. */
  place(path: string): string;
};

export const diskProbe: FileProbe = {
  at(path) {
    try {
      const stat = lstatSync(path, { throwIfNoEntry: false });
      if (stat === undefined) return undefined;
      const kind = kindOf(stat);
      return {
        kind,
        links: stat.nlink,
        ...defined({ target: kind === 'symlink' ? readlinkSync(path) : undefined }),
      };
    } catch {
      return { kind: 'other', links: 1 };
    }
  },
  real(path) {
    try {
      return realpathSync(path);
    } catch {
      return path;
    }
  },
  place: (path) => path,
};

/** Asks the disk where the files of a snapshot are: those of a copy are elsewhere. */
export function probeOf({ root, place }: Pick<Snapshot, 'root' | 'place'>): FileProbe {
  if (place === undefined) return diskProbe;
  const placed = (path: string): string =>
    isInside(root, path) ? place(relative(root, path)) : path;
  return {
    at: (path) => diskProbe.at(placed(path)),
    real: (path) => (placed(path) === path ? diskProbe.real(path) : path),
    place: placed,
  };
}

/** Asks nothing: only the snapshot's files exist. */
export const noProbe: FileProbe = {
  at: () => undefined,
  real: (path) => path,
  place: (path) => path,
};

function kindOf(stat: Stats): Probed['kind'] {
  if (stat.isSymbolicLink()) return 'symlink';
  if (stat.isFile()) return 'file';
  return stat.isDirectory() ? 'directory' : 'other';
}
