/** The workspace as the agent of a pass sees it: its copy over everything else. */
import { readIfPlain } from '../../workspace/file-content.js';
import { openSnapshot } from '../../workspace/snapshot.js';
import type { FileEntry, Snapshot } from '../../workspace/types.js';
import { walk } from '../../workspace/walk.js';
import { copiedPath, isInCopy, type PassCopy } from './pass-copy.js';

export function copyView(base: Snapshot, copy: PassCopy | undefined): Snapshot {
  if (copy === undefined) return base;
  const place = (path: string): string => copiedPath(base.root, copy, path);
  const isHidden = (path: string): boolean => copy.hidden?.includes(path) === true;
  const elsewhere = [...base.files].filter(([path]) => !isInCopy(copy, path) && !isHidden(path));
  const files = new Map([...elsewhere, ...copiedFiles(copy)].sort(([a], [b]) => (a < b ? -1 : 1)));
  return openSnapshot(base.root, {
    now: base.now,
    files,
    place,
    // No copy contains a log.
    rows: (_, spec, options) => base.rows(spec.object, options),
    read: (path) => {
      if (isHidden(path)) return undefined;
      if (!isInCopy(copy, path)) return base.bytes(path);
      // Never through a link that took the place of the file in this moment.
      return files.get(path)?.kind === 'file' ? readIfPlain(place(path)) : undefined;
    },
  });
}

/** What the copy holds now, by its path in the workspace. */
export function copiedFiles(copy: PassCopy): ReadonlyMap<string, FileEntry> {
  return new Map([...walk(copy.folder)].filter(([path]) => isInCopy(copy, path)));
}
