/**
 * What changed in the tree since the agent began, without what Nocturne itself has committed since.
 */
import { readFileSync } from '../../kernel/files.js';
import { defined } from '../../kernel/defined.js';
import { sha256 } from '../../kernel/hash.js';
import { readCommitRecord } from '../../workspace/commit-record.js';
import { within } from '../../workspace/root-descriptor.js';
import { soundObject } from '../../workspace/object-replicas.js';
import type { FileEntry, Workspace } from '../../workspace/types.js';
import { walk } from '../../workspace/walk.js';
import type { Baseline } from '../types.js';

export type Difference = {
  readonly path: string;
  readonly kind: 'added' | 'changed' | 'deleted' | 'mode' | 'link' | 'special';
  /**
   * What the file should hold (the baseline and nocturne's own commits since); nothing when it
   * should not be there.
   */
  readonly before: Buffer | undefined;
  /** What it holds now. */
  readonly after: Buffer | undefined;
  readonly mode: number | undefined;
  /** Where the link that was there pointed. */
  readonly target?: string;
};

export type BaselineOfPass = { readonly runId: string; readonly baseline: Baseline };

/** A tree as it is now, and what it should hold: the baseline, and Nocturne's own commits since. */
export type Tree = {
  readonly baseline: Baseline;
  readonly expected: ReadonlyMap<string, Buffer | undefined>;
  readonly now: ReadonlyMap<string, FileEntry>;
  readonly read: (path: string) => Buffer;
};

/**
 * Differences by path. Files that only nocturne's own commits changed are none; a file changed by
 * both is one.
 */
export function differences(workspace: Workspace, pass: BaselineOfPass): readonly Difference[] {
  const { root } = workspace;
  return differencesIn(workspace, {
    baseline: pass.baseline,
    expected: committedContents(workspace, pass),
    now: walk(root),
    read: (path) => readFileSync(within(root, path)),
  });
}

export function differencesIn(workspace: Workspace, tree: Tree): readonly Difference[] {
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
  const before = (): Buffer | undefined => contentBefore(workspace, { path, baseline, expected });
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
  const { path, baseline, expected, read } = subject;
  const file = baseline.files[path];
  const target = baseline.links[path];
  const after = read(path);
  const wanted = expected.has(path) ? hashOf(expected.get(path)) : file?.hash;
  if (sha256(after) === wanted)
    return file !== undefined && file.mode !== (entry.mode & 0o7777)
      ? { path, kind: 'mode', before: after, after, mode: file.mode }
      : undefined;
  if (target !== undefined)
    return { path, kind: 'link', before: undefined, after, mode: undefined, target };
  return {
    path,
    kind: wanted === undefined ? 'added' : 'changed',
    before: contentBefore(workspace, subject),
    after,
    mode: file?.mode,
  };
}

/** By the baseline, or by nocturne's own commits since. */
function contentBefore(
  workspace: Workspace,
  { path, baseline, expected }: Pick<Subject, 'path' | 'baseline' | 'expected'>,
): Buffer | undefined {
  if (expected.has(path)) return expected.get(path);
  const file = baseline.files[path];
  return file === undefined ? undefined : soundObject(workspace, file.hash);
}

function hashOf(content: Buffer | undefined): string | undefined {
  return content === undefined ? undefined : sha256(content);
}

/**
 * What every file that nocturne committed to since the baseline should hold. A commit that was
 * computed on content which was not the expected
 * one (the agent had changed the file before) is left out, so that the file counts as changed.
 */
export function committedContents(
  workspace: Workspace,
  { runId, baseline }: BaselineOfPass,
): ReadonlyMap<string, Buffer | undefined> {
  const expected = new Map<string, Buffer | undefined>();
  for (const record of readCommitRecord(workspace.state, runId)) {
    const before = contentBefore(workspace, { path: record.path, baseline, expected });
    if (record.kind === 'append') {
      if ((before?.length ?? 0) === record.offset)
        expected.set(
          record.path,
          Buffer.concat([before ?? Buffer.alloc(0), Buffer.from(record.appended, 'base64')]),
        );
    } else if ((hashOf(before) ?? null) === record.before) {
      expected.set(
        record.path,
        record.after === null ? undefined : soundObject(workspace, record.after),
      );
    }
  }
  return expected;
}
