/**
 * Brings home what an agent did in its copy: a three-way comparison of the baseline, the copy, and
 * the workspace as it is now. Whatever changed in the workspace itself is the owner's and stays.
 */
import { copyFileSync } from '../../kernel/files.js';
import { dirname } from 'node:path';
import { defined } from '../../kernel/defined.js';
import { parentFolders } from '../../kernel/parent-folders.js';
import { storeDirectory } from '../../workspace/mutex.js';
import { copyFileDurably, makeDirectory, writeFileDurably } from '../../workspace/durable.js';
import { repairObjects } from '../../workspace/object-replicas.js';
import { hashIfThere } from '../../workspace/file-content.js';
import { assertWritablePath } from '../../workspace/observe.js';
import { openFolder } from '../../workspace/open-folder.js';
import { assertRoot } from '../../workspace/pinned-root.js';
import { within } from '../../workspace/root-descriptor.js';
import { onFile } from '../../workspace/storage-error.js';
import type { FileEntry, Snapshot, Workspace } from '../../workspace/types.js';
import {
  bytesContent,
  type Content,
  fileContent,
  isLarge,
  objectContent,
} from '../reconcile/content.js';
import { type Difference, differences } from '../reconcile/differences.js';
import { baselineSnapshot } from '../reconcile/baseline-snapshot.js';
import { checkDifferences, type PassWithBaseline } from '../reconcile/check-differences.js';
import { type PendingChanges, refusalOf } from '../reconcile/examined.js';
import { NOTHING_RECONCILED, type Reconciliation } from '../reconcile/reconcile.js';
import { keptDirectory } from '../reconcile/kept-directory.js';
import type { Undone } from '../types.js';
import { floodOf } from './copy-flood.js';
import { copiedFiles } from './copy-view.js';
import {
  type AttemptDifference,
  attemptOf,
  changesOf,
  differenceOf,
} from '../repository/difference-of.js';
import { copiedPath, isInCopy, isInRepository, type PassCopy } from './pass-copy.js';
import { rebase } from './rebase.js';

export type PassInCopy = PassWithBaseline & { readonly copy: PassCopy };

/**
 * Writes nothing but kept versions and large files: what was accepted still has to be committed.
 */
export function reconcileCopy(
  workspace: Workspace,
  pass: PassInCopy,
  now: Snapshot = workspace.snapshot(),
): Reconciliation {
  return compareCopy(workspace, pass, now).placed();
}

/** `placed`: puts large files in their places, and says the same for the commit after it. */
type Compared = { readonly found: Reconciliation; readonly placed: () => Reconciliation };

/** Writes nothing but kept versions. */
export function compareCopy(workspace: Workspace, pass: PassInCopy, now: Snapshot): Compared {
  openCopy(workspace, pass.copy);
  const left = leftInCopy(workspace, pass);
  if ('flood' in left) {
    const nothing = { ...NOTHING_RECONCILED, undone: [left.flood] };
    return { found: nothing, placed: () => nothing };
  }
  const { own, changes, ignored } = left;
  const folders = foldersOf(now);
  const home: Difference[] = [];
  const conflicts: Undone[] = [];
  const broken: Undone[] = [];
  const isPlaced = placedBefore(now, own);
  const refusals = new Map(
    [...own, ...changes, ...ignored].map((each) => [each.path, refusalOf(pass.examined, each)]),
  );
  for (const difference of own) {
    const merged = merge({ now, folders, isPlaced }, difference);
    if (merged.kind === 'home') home.push(merged.difference);
    if (merged.kind !== 'conflict') continue;
    const refusal = refusals.get(difference.path);
    const verdict = refusal ?? { code: 'conflict', why: merged.why };
    const list = refusal === undefined ? conflicts : broken;
    list.push(setAside(workspace, pass, difference, verdict));
  }
  const { accepted, refused } = checkDifferences(workspace, pass, {
    before: now,
    changed: [...home, ...changes, ...ignored],
  });
  const allowed = accepted.filter(
    (difference) => refusals.get(difference.path) === undefined && !ignored.includes(difference),
  );
  const against = accepted.flatMap((difference) => {
    const refusal = refusals.get(difference.path);
    return refusal === undefined ? [] : [{ difference, ...refusal }];
  });
  const found = {
    accepted: allowed,
    arrived: [],
    conflicts,
    unattributed: [],
    undone: [
      ...broken,
      ...[...refused, ...against].map(({ difference, code, why }) =>
        setAside(workspace, pass, difference, { code, why }),
      ),
    ],
  };
  const inPlace = (difference: Difference): Difference =>
    difference.isElsewhere !== true && isPlaced(difference)
      ? placed(workspace, pass, difference)
      : difference;
  return { found, placed: () => ({ ...found, accepted: allowed.map(inPlace) }) };
}

/** Before anything of it is read: `.nocturne` and the folder of the copy are as they should be. */
export function openCopy(workspace: Workspace, { folder }: PassCopy): void {
  assertRoot(workspace.root);
  storeDirectory(workspace.root);
  repairObjects(workspace);
  openFolder(folder);
}

/** What the agent has changed in its copy, for the rules; nothing of a flood. Writes nothing. */
export function changesInCopy(workspace: Workspace, pass: PassInCopy): PendingChanges {
  const left = leftInCopy(workspace, pass);
  if ('flood' in left) return { changed: [], refused: () => [] };
  const changed = [...left.own, ...left.changes, ...left.ignored];
  const before = baselineSnapshot(workspace, pass.baseline);
  return {
    changed,
    refused: () => checkDifferences(workspace, pass, { before, changed }).refused,
  };
}

/** `own`: files of the workspace; the others are in a repository of the owner's. */
type AgentChanges = AttemptDifference & { readonly own: readonly Difference[] };

/** What the agent left in its copy, unless it is too much to judge. */
function leftInCopy(
  workspace: Workspace,
  pass: PassInCopy,
): AgentChanges | { readonly flood: Undone } {
  const { copy } = pass;
  const left = new Map([...copiedFiles(copy)].filter(([path]) => !isInRepository(copy, path)));
  const attempt = attemptOf(workspace, pass);
  const elsewhere = attempt && changesOf(attempt);
  const flood = floodOf(workspace, pass, { left, elsewhere: elsewhere ?? [] });
  if (flood !== undefined) return { flood };
  const found =
    attempt && elsewhere ? differenceOf(attempt, elsewhere) : { changes: [], ignored: [] };
  return { ...found, own: copyDifferences(workspace, pass, left) };
}

/** What the agent changed in its copy. */
function copyDifferences(
  workspace: Workspace,
  { baseline, copy }: PassInCopy,
  now: ReadonlyMap<string, FileEntry>,
): readonly Difference[] {
  const within = <T>(entries: Readonly<Record<string, T>>): Record<string, T> =>
    Object.fromEntries(Object.entries(entries).filter(([path]) => isInCopy(copy, path)));
  return differences(workspace, {
    baseline: { files: within(baseline.files), links: within(baseline.links) },
    expected: new Map(),
    now,
    place: (path) => copiedPath(workspace.root, copy, path),
  });
}

type Merged =
  | { readonly kind: 'home'; readonly difference: Difference }
  | { readonly kind: 'same' }
  | { readonly kind: 'conflict'; readonly why: string };

type Merging = {
  readonly now: Snapshot;
  readonly folders: ReadonlySet<string>;
  readonly isPlaced: (difference: Difference) => boolean;
};

/** Its `before` becomes what the workspace holds now. */
function merge({ now, folders, isPlaced }: Merging, difference: Difference): Merged {
  const { path, kind, before: base, after: mine, target } = difference;
  // The guard refuses these whatever the owner did.
  if (kind === 'link' || kind === 'special' || kind === 'unreadable')
    return { kind: 'home', difference };
  if (isObstructed(now, folders, path))
    return { kind: 'conflict', why: 'you put something else in its place while the pass worked' };
  const there = now.files.get(path);
  const theirs = there === undefined ? undefined : presentContent(now, path, there.size);
  if (isSame(theirs, base) || kind === 'mode')
    return { kind: 'home', difference: { ...difference, before: theirs } };
  // It may have been placed before a crash, and not recorded.
  if (isSame(theirs, mine) && isPlaced(difference)) return { kind: 'home', difference };
  if (isSame(theirs, mine) || target !== undefined) return { kind: 'same' };
  const merged = [base, mine, theirs].some(isLarge)
    ? undefined
    : rebase(now, path, { base: base?.bytes(), mine: mine?.bytes(), theirs: theirs?.bytes() });
  return merged === undefined
    ? { kind: 'conflict', why: whyNot(mine, theirs) }
    : {
        kind: 'home',
        difference: { ...difference, before: theirs, after: bytesContent(now.root, merged) },
      };
}

function presentContent(now: Snapshot, path: string, size: number): Content {
  return fileContent(now.root, within(now.root, path), size);
}

/** Bytes that one commit may hold. */
const MOST_COMMITTED = 32 * 1024 * 1024;

/**
 * A commit holds its contents in memory, so a large file, and each file without records of many, is
 * copied to its place before it.
 */
function placedBefore(
  now: Snapshot,
  found: readonly Difference[],
): (difference: Difference) => boolean {
  const bytes = found.reduce((sum, { after }) => sum + (after?.size ?? 0), 0);
  return ({ path, after }) =>
    isLarge(after) ||
    (after !== undefined && bytes > MOST_COMMITTED && now.objectsOf(path).length === 0);
}

/** What the owner saved since the comparison is not replaced: the commit compares again. */
function placed(workspace: Workspace, pass: PassInCopy, difference: Difference): Difference {
  const { path, after, mode } = difference;
  if (after === undefined) return difference;
  assertWritablePath(workspace.root, path);
  const to = within(workspace.root, path);
  const hash = hashIfThere(to);
  if (hash === after.hash) return { ...difference, placed: true };
  if (hash !== difference.before?.hash) return difference;
  const before = storedBefore(workspace, difference);
  makeDirectory(dirname(to));
  if (isLarge(after))
    copyFileDurably(copiedPath(workspace.root, pass.copy, path), to, defined({ mode }));
  else writeFileDurably(to, after.bytes(), defined({ mode }));
  return { ...difference, before, placed: true };
}

/** What it held cannot be read from its place afterwards. */
function storedBefore(workspace: Workspace, { before }: Difference): Content | undefined {
  before?.store();
  return before && objectContent(workspace, before.hash, before.size);
}

/** A link, a folder or a special file at the path, or a file where its folder was. */
function isObstructed({ files }: Snapshot, folders: ReadonlySet<string>, path: string): boolean {
  const there = files.get(path);
  if (there !== undefined && there.kind !== 'file') return true;
  return folders.has(path) || parentFolders(path).some((parent) => files.has(parent));
}

function foldersOf({ files }: Snapshot): ReadonlySet<string> {
  const folders = new Set<string>();
  for (const path of files.keys()) for (const parent of parentFolders(path)) folders.add(parent);
  return folders;
}

function whyNot(mine: Content | undefined, theirs: Content | undefined): string {
  if (theirs === undefined) return 'you deleted it while the pass changed it';
  return mine === undefined
    ? 'you changed it while the pass deleted it'
    : 'you and the pass changed the same lines';
}

function isSame(a: Content | undefined, b: Content | undefined): boolean {
  return a?.hash === b?.hash;
}

/** The version of the pass, where `nocturne kept` finds it. Nothing for what is not a file. */
function setAside(
  { root }: Workspace,
  { runId, copy }: PassInCopy,
  { path, kind, after, isElsewhere }: Difference,
  { code, why }: { readonly code: string; readonly why: string },
): Undone {
  if (after === undefined || kind === 'mode' || isElsewhere === true)
    return { path, code, why, kept: undefined };
  const kept = `${keptDirectory(runId)}/${path}`;
  const to = within(root, kept);
  makeDirectory(dirname(to));
  onFile(to, 'keep', () => copyFileSync(copiedPath(root, copy, path), to));
  return { path, code, why, kept };
}
