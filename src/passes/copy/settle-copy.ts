/**
 * Brings home what an agent did in its copy: a three-way comparison of the baseline, the copy, and
 * the workspace as it is now. Whatever changed in the workspace itself is the owner's and stays.
 */
import { closeSync, copyFileSync, openSync } from '../../kernel/files.js';
import { dirname } from 'node:path';
import { NocturneError } from '../../kernel/error.js';
import { storeDirectory } from '../../workspace/mutex.js';
import { makeDirectory } from '../../workspace/durable.js';
import { repairObjects } from '../../workspace/object-replicas.js';
import { assertRoot } from '../../workspace/pinned-root.js';
import { within } from '../../workspace/root-descriptor.js';
import { onFile } from '../../workspace/storage-error.js';
import type { Snapshot, Workspace } from '../../workspace/types.js';
import { type Difference, differencesIn } from '../reconcile/differences.js';
import {
  checkDifferences,
  type PassWithBaseline,
  type Reconciliation,
} from '../reconcile/reconcile.js';
import { keptDirectory } from '../reconcile/restore.js';
import type { Undone } from '../types.js';
import { copiedFiles, readPlain } from './copy-view.js';
import { openFolders } from './make-copy.js';
import { copiedPath, isInCopy, type PassCopy } from './pass-copy.js';
import { rebase } from './rebase.js';

export type PassInCopy = PassWithBaseline & { readonly copy: PassCopy };

/** Writes nothing but kept versions: what was accepted still has to be committed. */
export function settleCopy(
  workspace: Workspace,
  pass: PassInCopy,
  now: Snapshot = workspace.snapshot(),
): Reconciliation {
  assertRoot(workspace.root);
  storeDirectory(workspace.root);
  repairObjects(workspace);
  const folders = foldersOf(now);
  const home: Difference[] = [];
  const conflicts: Undone[] = [];
  for (const difference of copyDifferences(workspace, pass)) {
    const settled = settle(now, folders, difference);
    if (settled.kind === 'home') home.push(settled.difference);
    if (settled.kind === 'conflict')
      conflicts.push(setAside(workspace, pass, difference, { code: 'conflict', why: settled.why }));
  }
  const { accepted, refused } = checkDifferences(workspace, pass, { before: now, changed: home });
  return {
    accepted,
    arrived: [],
    conflicts,
    undone: refused.map(({ difference, code, why }) =>
      setAside(workspace, pass, difference, { code, why }),
    ),
  };
}

/** What the agent changed in its copy. */
function copyDifferences(
  workspace: Workspace,
  { baseline, copy }: PassInCopy,
): readonly Difference[] {
  openFolders(copy.folder);
  const within = <T>(entries: Readonly<Record<string, T>>): Record<string, T> =>
    Object.fromEntries(Object.entries(entries).filter(([path]) => isInCopy(copy, path)));
  return differencesIn(workspace, {
    baseline: { files: within(baseline.files), links: within(baseline.links) },
    expected: new Map(),
    now: copiedFiles(copy),
    read: (path) => contentInCopy(copiedPath(workspace.root, copy, path)),
  });
}

function contentInCopy(path: string): Buffer {
  const content = readPlain(path);
  if (content !== undefined) return content;
  // Says why it cannot be read.
  closeSync(onFile(path, 'read', () => openSync(path, 'r')));
  throw new NocturneError('UNREADABLE', `cannot read ${path}`);
}

type Settled =
  | { readonly kind: 'home'; readonly difference: Difference }
  | { readonly kind: 'same' }
  | { readonly kind: 'conflict'; readonly why: string };

/** Its `before` becomes what the workspace holds now. */
function settle(now: Snapshot, folders: ReadonlySet<string>, difference: Difference): Settled {
  const { path, kind, before: base, after: mine, target } = difference;
  const there = now.files.get(path);
  // The guard refuses links and special files whatever the owner did.
  if (kind === 'link' || kind === 'special') return { kind: 'home', difference };
  const theirs = there?.kind === 'file' ? now.bytes(path) : undefined;
  if (isObstructed(now, folders, path))
    return { kind: 'conflict', why: 'you put something else in its place while the pass worked' };
  if (isSame(theirs, base) || kind === 'mode')
    return { kind: 'home', difference: { ...difference, before: theirs } };
  if (isSame(theirs, mine) || target !== undefined) return { kind: 'same' };
  const merged = rebase(now, path, { base, mine, theirs });
  return merged === undefined
    ? { kind: 'conflict', why: whyNot(mine, theirs) }
    : { kind: 'home', difference: { ...difference, before: theirs, after: merged } };
}

/** A link, a folder or a special file at the path, or a file where its folder was. */
function isObstructed({ files }: Snapshot, folders: ReadonlySet<string>, path: string): boolean {
  const there = files.get(path);
  if (there !== undefined && there.kind !== 'file') return true;
  return folders.has(path) || parentsOf(path).some((parent) => files.has(parent));
}

function foldersOf({ files }: Snapshot): ReadonlySet<string> {
  const folders = new Set<string>();
  for (const path of files.keys()) for (const parent of parentsOf(path)) folders.add(parent);
  return folders;
}

function parentsOf(path: string): readonly string[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, i) => parts.slice(0, i + 1).join('/'));
}

function whyNot(mine: Buffer | undefined, theirs: Buffer | undefined): string {
  if (theirs === undefined) return 'you deleted it while the pass changed it';
  return mine === undefined
    ? 'you changed it while the pass deleted it'
    : 'you and the pass changed the same lines';
}

function isSame(a: Buffer | undefined, b: Buffer | undefined): boolean {
  return a === undefined || b === undefined ? a === b : a.equals(b);
}

/** The version of the pass, where `nocturne kept` finds it. Nothing for what is no file. */
function setAside(
  { root }: Workspace,
  { runId, copy }: PassInCopy,
  { path, kind, after }: Difference,
  { code, why }: { readonly code: string; readonly why: string },
): Undone {
  if (after === undefined || kind === 'mode') return { path, code, why, kept: undefined };
  const kept = `${keptDirectory(runId)}/${path}`;
  const to = within(root, kept);
  makeDirectory(dirname(to));
  onFile(to, 'keep', () => copyFileSync(copiedPath(root, copy, path), to));
  return { path, code, why, kept };
}
