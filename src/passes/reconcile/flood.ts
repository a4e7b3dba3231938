/** Whether a pass in place changed more than can be judged, before anything of it is read. */
import type { FileEntry, Workspace } from '../../workspace/types.js';
import { baselineSnapshot } from './baseline-snapshot.js';
import type { PassWithBaseline } from './check-differences.js';
import type { Expected } from './differences.js';
import { excess, passLimits, touchedPaths } from './limits.js';
import { isFreeBefore, type PresentTree } from './own-changes.js';

/** `paths`: everything that it may have changed. */
export type Flood = { readonly why: string; readonly paths: readonly string[] };

export function floodOf(
  workspace: Workspace,
  data: PassWithBaseline,
  { now, expected }: PresentTree,
): Flood | undefined {
  const paths = touchedPaths(data.baseline, now).filter(
    (path) => !isExpected(expected, path, now) && !isFreeBefore(workspace, data, path),
  );
  const limits = passLimits(baselineSnapshot(workspace, data.baseline));
  const why = excess(workspace, { ...data, limits }, { paths, now });
  return why === undefined ? undefined : { why, paths };
}

/** What Nocturne's own commits left, as far as can be seen without reading it. */
function isExpected(
  expected: Expected,
  path: string,
  now: ReadonlyMap<string, FileEntry>,
): boolean {
  const entry = now.get(path);
  return expected.has(path) && expected.get(path)?.size === entry?.size;
}
