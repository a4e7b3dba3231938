/**
 * A pass in place and the owner change the same folder, and nobody can tell their changes apart.
 * Decides which changes may be the owner's and therefore stay.
 */
import { parentFolders } from '../../kernel/parent-folders.js';
import { inScope } from '../../governance/guard/route.js';
import { noProbe } from '../../governance/guard/probe.js';
import { resolveTarget } from '../../governance/guard/path.js';
import { fieldText } from '../../project/field-text.js';
import type { Rec } from '../../markdown/types.js';
import { routeOf } from '../../registry/route.js';
import type { FileEntry, Snapshot } from '../../workspace/types.js';
import type { Baseline } from '../types.js';
import type { Difference } from './differences.js';

/** Where a pass may write, and what its agent is known to have changed or wanted to change. */
export type Reach = {
  /** The workspace before the agent began, with Nocturne's own commits since. */
  readonly before: Snapshot;
  readonly home: string;
  readonly writes: readonly string[];
  readonly earlierOutputs: readonly string[];
  /** Paths of guarded calls, whether they were carried out or refused. */
  readonly called: ReadonlySet<string>;
};

/** Whether the owner may have changed the file: nothing protects it, and no pass may write it. */
export function mayBeOwners(reach: Omit<Reach, 'home'>, path: string): boolean {
  const { tier, bundles } = routeOf(reach.before.schema, path);
  return (
    tier === 'STANDARD' &&
    bundles.length === 0 &&
    !inScope(reach.writes, path, false) &&
    !reach.earlierOutputs.includes(path) &&
    !reach.called.has(path)
  );
}

/**
 * The differences that stay. Links, special files, names that can be mistaken for others, and what
 * is below them never do.
 * @param linksOf how many names a file has.
 */
export function unattributed(
  reach: Reach,
  changed: readonly Difference[],
  { now, linksOf }: Tree,
): readonly Difference[] {
  const isOdd = ({ kind }: Difference): boolean =>
    kind === 'link' || kind === 'special' || kind === 'unreadable';
  const odd = new Set(changed.filter(isOdd).map(({ path }) => path));
  const names = remainingFiles(reach, now);
  const isPlain = ({ path, after }: Difference): boolean => {
    const world = { root: reach.before.root, home: reach.home, files: names, probe: noProbe };
    const use = after === undefined ? 'remove' : 'write';
    return resolveTarget(world, path, { use }).reasons.length === 0;
  };
  return changed.filter(
    (difference) =>
      !odd.has(difference.path) &&
      !parentFolders(difference.path).some((parent) => odd.has(parent)) &&
      mayBeOwners(reach, difference.path) &&
      (difference.after === undefined || linksOf(difference.path) <= 1) &&
      isPlain(difference),
  );
}

type Tree = {
  readonly now: ReadonlyMap<string, FileEntry>;
  readonly linksOf: (path: string) => number;
};

/** A file that was renamed is not mistaken for its former name. */
function remainingFiles(
  reach: Reach,
  now: ReadonlyMap<string, FileEntry>,
): ReadonlyMap<string, FileEntry> {
  return new Map(
    [...reach.before.files].filter(([path]) => now.has(path) || !mayBeOwners(reach, path)),
  );
}

/** Whether the owner may have changed or removed a folder: no file of the baseline forbids it. */
export function mayBeOwnersFolder(
  reach: Omit<Reach, 'home'>,
  baseline: Baseline,
): (folder: string) => boolean {
  const held = new Set(
    [...Object.keys(baseline.files), ...Object.keys(baseline.links)]
      .filter((path) => !mayBeOwners(reach, path))
      .flatMap(parentFolders),
  );
  return (folder) => folder !== '' && !held.has(folder) && mayBeOwners(reach, `${folder}/-`);
}

/** What the guard was asked in a run and refused, by its rows of the audit log. */
export function refusedPaths(rows: readonly Rec[]): readonly string[] {
  return rows
    .filter((row) => fieldText(row, 'type') === 'refusal')
    .flatMap((row) => fieldText(row, 'target').split(/, | -> /));
}
