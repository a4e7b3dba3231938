/**
 * What changed in the tree since the agent began, without what Nocturne itself has committed since.
 */
import { defined } from '../../kernel/defined.js';
import { messageOf } from '../../kernel/error.js';
import { readCommitRecord } from '../../workspace/commit-record.js';
import { soundObject } from '../../workspace/object-replicas.js';
import type { FileEntry, Workspace } from '../../workspace/types.js';
import type { Baseline } from '../types.js';
import { rebase } from '../copy/rebase.js';
import { baselineSnapshot } from './baseline-snapshot.js';
import {
  bytesContent,
  type Content,
  extendedContent,
  fileContent,
  isLarge,
  objectContent,
} from './content.js';

export type Difference = {
  readonly path: string;
  readonly kind: 'added' | 'changed' | 'deleted' | 'mode' | 'link' | 'special' | 'unreadable';
  /**
   * What the file should hold (the baseline and nocturne's own commits since); nothing when it
   * should not be there.
   */
  readonly before: Content | undefined;
  /** What it holds now. */
  readonly after: Content | undefined;
  readonly mode: number | undefined;
  /** Where the link that was there pointed. */
  readonly target?: string;
  /** It is large and was copied to its place already: only the record is missing. */
  readonly placed?: true;
  /** It is in a repository of the owner's, and never committed to the workspace. */
  readonly isElsewhere?: true;
  /** Why it cannot be read. */
  readonly why?: string;
};

/** By path; `undefined`: gone. */
export type Expected = ReadonlyMap<string, Content | undefined>;
export type BaselineOfPass = { readonly runId: string; readonly baseline: Baseline };

/** A tree as it is now, and what it should hold: the baseline, and Nocturne's own commits since. */
export type Tree = {
  readonly baseline: Baseline;
  readonly expected: Expected;
  readonly now: ReadonlyMap<string, FileEntry>;
  /** Where on the disk a path of the tree is. */
  readonly place: (path: string) => string;
};

/**
 * Differences by path. Files that only nocturne's own commits changed are none; a file changed by
 * both is one.
 */
export function differences(workspace: Workspace, tree: Tree): readonly Difference[] {
  const { baseline, now } = tree;
  const paths = new Set([
    ...Object.keys(baseline.files),
    ...Object.keys(baseline.links),
    ...now.keys(),
  ]);
  const found: Difference[] = [];
  for (const path of [...paths].sort()) {
    const difference = compare(workspace, { ...tree, path, entry: now.get(path) });
    if (difference !== undefined) found.push(difference);
  }
  return found;
}

type Subject = Omit<Tree, 'now'> & {
  readonly path: string;
  readonly entry: FileEntry | undefined;
};

function compare(workspace: Workspace, subject: Subject): Difference | undefined {
  const { path, baseline, expected, entry } = subject;
  const mode = baseline.files[path]?.mode;
  const target = baseline.links[path];
  const before = (): Content | undefined => contentBefore(workspace, { path, baseline, expected });
  if (entry === undefined) {
    if (target !== undefined)
      return { path, kind: 'link', before: undefined, after: undefined, mode: undefined, target };
    const isExpected = expected.has(path) && expected.get(path) === undefined;
    return isExpected
      ? undefined
      : { path, kind: 'deleted', before: before(), after: undefined, mode };
  }
  switch (entry.kind) {
    case 'symlink':
      return target === entry.target
        ? undefined
        : {
            path,
            kind: 'link',
            before: before(),
            after: undefined,
            mode,
            ...defined({ target }),
          };
    case 'other':
      return { path, kind: 'special', before: before(), after: undefined, mode };
    case 'file':
      return compareFile(workspace, subject, entry);
  }
}

function compareFile(
  workspace: Workspace,
  subject: Subject,
  entry: FileEntry,
): Difference | undefined {
  const { path, baseline, expected, place } = subject;
  const file = baseline.files[path];
  const target = baseline.links[path];
  const before = (): Content | undefined => contentBefore(workspace, subject);
  let after: Content;
  try {
    after = fileContent(workspace.root, place(path), entry.size);
  } catch (error) {
    const why = messageOf(error);
    return { path, kind: 'unreadable', before: before(), after: undefined, mode: file?.mode, why };
  }
  const wanted = expected.has(path) ? expected.get(path)?.hash : file?.hash;
  if (after.hash === wanted)
    return file !== undefined && file.mode !== (entry.mode & 0o7777)
      ? { path, kind: 'mode', before: after, after, mode: file.mode }
      : undefined;
  if (target !== undefined)
    return { path, kind: 'link', before: undefined, after, mode: undefined, target };
  const kind = wanted === undefined ? 'added' : 'changed';
  return { path, kind, before: before(), after, mode: file?.mode };
}

/** By the baseline, or by nocturne's own commits since. */
export function contentBefore(
  workspace: Workspace,
  { path, baseline, expected }: Pick<Subject, 'path' | 'baseline' | 'expected'>,
): Content | undefined {
  if (expected.has(path)) return expected.get(path);
  const file = baseline.files[path];
  return file === undefined ? undefined : objectContent(workspace, file.hash, file.size);
}

/**
 * What every file that Nocturne committed to since the baseline should hold. A commit that was
 * computed on unexpected content (the agent had changed the file before) is left out, so that the
 * file counts as changed. An owner's commit on such content counts for the lines or fields that it
 * changed, and what the owner signed or anchored counts as it is.
 */
export function committedContents(
  workspace: Workspace,
  { runId, baseline }: BaselineOfPass,
): Expected {
  const { root } = workspace;
  const expected = new Map<string, Content | undefined>();
  for (const record of readCommitRecord(workspace.state, runId)) {
    const before = contentBefore(workspace, { path: record.path, baseline, expected });
    const committed = (hash: string | null): Content | undefined =>
      hash === null ? undefined : bytesContent(root, soundObject(workspace, hash));
    if (record.kind === 'accepted') expected.set(record.path, committed(record.after));
    else if (record.kind === 'append') {
      if ((before?.size ?? 0) === record.offset)
        expected.set(
          record.path,
          extendedContent(root, before, Buffer.from(record.appended, 'base64')),
        );
    } else if ((before?.hash ?? null) === record.before)
      expected.set(record.path, committed(record.after));
    else if (record.byOwner === true) {
      const merged = rebase(baselineSnapshot(workspace, baseline), record.path, {
        base: storedBytes(workspace, record.before),
        mine: storedBytes(workspace, record.after),
        theirs: before?.bytes(),
      });
      if (merged !== undefined) expected.set(record.path, bytesContent(root, merged));
    }
  }
  return expected;
}

function storedBytes(workspace: Workspace, hash: string | null): Buffer | undefined {
  if (hash === null) return undefined;
  try {
    return soundObject(workspace, hash);
  } catch {
    return undefined;
  }
}

/** For a view of the workspace in which they stand. Long logs stay as the baseline has them. */
export function bytesOf(
  contents: Expected,
  isLong: (path: string) => boolean,
): ReadonlyMap<string, Buffer | undefined> {
  const read = [...contents].filter(([path, content]) => !isLarge(content) && !isLong(path));
  return new Map(read.map(([path, content]) => [path, content?.bytes()]));
}
