/**
 * What the guard may ask the disk itself: what stands at a path now, links not followed. Everything
 * else it takes from the snapshot.
 */
import { lstatSync, readlinkSync, realpathSync, type Stats } from 'node:fs';
import { defined } from '../../kernel/defined.js';

export type Probed = {
  readonly kind: 'file' | 'directory' | 'symlink' | 'other';
  readonly links: number;
  readonly target?: string;
};

/**
 * Paths are absolute. `undefined`: nothing is there. What cannot be looked at (no right to, name
 * too long) is `other`: no plain file to write.
 */
export type FileProbe = { at(path: string): Probed | undefined; real(path: string): string };

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
};

/** Asks nothing: the snapshot's list of files is all there is. */
export const noProbe: FileProbe = { at: () => undefined, real: (path) => path };

function kindOf(stat: Stats): Probed['kind'] {
  if (stat.isSymbolicLink()) return 'symlink';
  if (stat.isFile()) return 'file';
  return stat.isDirectory() ? 'directory' : 'other';
}
