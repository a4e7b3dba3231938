/** Counts what an agent left in its copy, before anything of it is read. */
import type { FileEntry, Workspace } from '../../workspace/types.js';
import { baselineSnapshot } from '../reconcile/baseline-snapshot.js';
import type { BaselineOfPass } from '../reconcile/differences.js';
import { excess, passLimits } from '../reconcile/limits.js';
import type { FolderChange } from '../repository/folder-changes.js';
import type { Undone } from '../types.js';
import { isInCopy, type PassCopy } from './pass-copy.js';

type Seen = Pick<FileEntry, 'size' | 'ctimeMs'>;

/** `left`: its files of the workspace. `elsewhere`: its changes in a repository of the owner's. */
type Left = {
  readonly left: ReadonlyMap<string, Seen>;
  readonly elsewhere: readonly FolderChange[];
};

/** Too much to judge: nothing of it comes home. */
export function floodOf(
  workspace: Workspace,
  pass: BaselineOfPass & { readonly copy: PassCopy },
  { left, elsewhere }: Left,
): Undone | undefined {
  const { baseline, copy } = pass;
  const now = new Map([...left, ...sizesOf(copy, elsewhere)]);
  const isTouched = (path: string): boolean => {
    const [file, entry] = [baseline.files[path], now.get(path)];
    if (entry === undefined || entry.ctimeMs > copy.madeAt) return true;
    return file !== undefined && file.size !== entry.size;
  };
  const before = Object.keys(baseline.files).filter((path) => isInCopy(copy, path));
  const paths = [...new Set([...before, ...now.keys()])].filter(isTouched);
  const limits = passLimits(baselineSnapshot(workspace, baseline));
  const why = excess(workspace, { ...pass, limits }, { paths, now });
  return why === undefined ? undefined : { path: '.', code: 'too-much', why, kept: undefined };
}

/** Files that git does not ignore. */
function sizesOf(
  { repository }: PassCopy,
  changes: readonly FolderChange[],
): readonly (readonly [string, Seen])[] {
  return changes
    .filter(({ isIgnored }) => !isIgnored)
    .map(({ path, after = { size: 0 } }) => [
      `${repository?.path ?? ''}/${path}`,
      { size: after.size, ctimeMs: Number.POSITIVE_INFINITY },
    ]);
}
