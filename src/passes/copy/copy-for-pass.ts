/**
 * When a pass works in a copy of its own: its agent is a process that Nocturne starts, inside
 * bubblewrap. Everywhere else it works in the workspace.
 */
import { routeReasons } from '../../governance/guard/route.js';
import { mkdirSync } from '../../kernel/files.js';
import { globMatches } from '../../kernel/glob.js';
import { join } from 'node:path';
import { removeIfThere } from '../../workspace/durable.js';
import { assembleObject, isLargeObject, objectPath } from '../../workspace/objects.js';
import { within } from '../../workspace/root-descriptor.js';
import type { Snapshot, Workspace } from '../../workspace/types.js';
import { authorityOf } from '../authority.js';
import type { Baseline, Chosen } from '../types.js';
import { copyPlaces } from './copy-places.js';
import { cloneForAttempt } from '../repository/clone-for-attempt.js';
import { type MergedWork, mergedFolder, putMerged } from '../repository/merged-work.js';
import { repositoryOf } from '../repository/repository-record.js';
import { withClone } from './git-clone.js';
import { makeCopy, removeCopy, type SourceFile } from './make-copy.js';
import { copyFolder, isInRepository, type PassCopy } from './pass-copy.js';

/** @throws NocturneError `STORAGE`, for example when the disk is full. */
export function copyForPass(
  { root, state }: Workspace,
  pass: Chosen & { readonly baseline: Baseline },
  snapshot: Snapshot,
): PassCopy | undefined {
  if (pass.driver !== 'process' || pass.sandbox.kind !== 'on') return undefined;
  const folder = copyFolder(state, pass.runId);
  const authority = authorityOf(pass);
  const copy = makeCopy({
    root,
    folder,
    places: copyPlaces(root, pass),
    files: baselineFiles(root, pass.baseline),
    mayWrite: (path) => routeReasons(snapshot, authority, { path, op: 'edit' }).length === 0,
    isHidden: (path) => pass.unit?.hides?.some((glob) => globMatches(glob, path)) === true,
  });
  const cloned = withClone(root, copy, pass);
  const repository = repositoryOf(snapshot, pass.project);
  if (repository === undefined) return cloned;
  return cloneForAttempt(cloned, { state, runId: pass.runId, repository, now: snapshot.now });
}

/**
 * For check programs after the agent: the workspace as the snapshot has it. What they write there
 * is dropped by `removeCopy`. `uncommitted`: what is not on the disk like that; files that are new
 * in the snapshot have no inode.
 */
export function copyForChecks(
  { root, state }: Workspace,
  pass: {
    readonly runId: string;
    readonly copy: PassCopy;
    readonly merged?: MergedWork | undefined;
    readonly uncommitted: ReadonlySet<string>;
  },
  snapshot: Snapshot,
): PassCopy {
  const { runId, copy, merged, uncommitted } = pass;
  const isLeftOut = (path: string): boolean => merged !== undefined && isInRepository(copy, path);
  const made = makeCopy({
    root,
    folder: checksFolder(state, runId),
    places: copy.places,
    files: presentFiles(snapshot, { isLeftOut, uncommitted }),
    mayWrite: () => false,
  });
  if (merged === undefined) return made;
  putMerged(merged, join(made.folder, merged.path));
  const mounts = copy.bound.filter(({ path }) => isInRepository(copy, path));
  const shown = mounts.filter(({ path }) => !path.startsWith(`${merged.path}/.git/`));
  for (const { path } of shown) mkdirSync(join(made.folder, path), { recursive: true });
  return { ...made, bound: [...made.bound, ...shown] };
}

/** For what Nocturne runs after the agent. */
export function checksFolder(state: string, runId: string): string {
  return `${copyFolder(state, runId)}.checks`;
}

function* baselineFiles(root: string, { files, links }: Baseline): Iterable<SourceFile> {
  for (const [path, { hash, mode, size }] of Object.entries(files)) {
    let assembled: string | undefined;
    const from = (): string =>
      isLargeObject(root, hash)
        ? (assembled ??= assembleObject(root, hash))
        : objectPath(root, hash);
    yield { path, kind: 'file', from, mode, size };
    if (assembled !== undefined) removeIfThere(assembled);
  }
  for (const [path, target] of Object.entries(links)) yield { path, kind: 'symlink', target };
}

function* presentFiles(
  snapshot: Snapshot,
  {
    isLeftOut,
    uncommitted,
  }: { readonly isLeftOut: (path: string) => boolean; readonly uncommitted: ReadonlySet<string> },
): Iterable<SourceFile> {
  const { root, files, place } = snapshot;
  const placeOf = place ?? ((path: string) => within(root, path));
  for (const { path, kind, mode, size, ino, target = '' } of files.values()) {
    if (isLeftOut(path)) continue;
    if (kind === 'file') {
      const isPending = ino === 0 || uncommitted.has(path);
      const from = (): string | Buffer =>
        (isPending ? snapshot.bytes(path) : undefined) ?? placeOf(path);
      yield { path, kind, from, mode, size };
    } else if (kind === 'symlink') yield { path, kind, target };
  }
}

/** Whatever is left of the copies of a pass. */
export function removeCopiesOf(
  { root, state }: Pick<Workspace, 'root' | 'state'>,
  runId: string,
  copy: PassCopy | undefined,
): void {
  removeCopy({ root, folder: copyFolder(state, runId) }, copy?.made ?? []);
  removeCopy({ root, folder: checksFolder(state, runId) }, []);
  removeCopy({ root, folder: mergedFolder(state, runId) }, []);
}
