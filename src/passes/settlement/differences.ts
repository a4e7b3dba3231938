/**
 * What changed in the tree since the agent began, without what nocturne itself committed meanwhile.
 */
import { readFileSync } from 'node:fs';
import { sha256 } from '../../kernel/hash.js';
import { readCommitRecord } from '../../workspace/commit-record.js';
import { within } from '../../workspace/root-descriptor.js';
import { soundObject } from '../../workspace/spare-objects.js';
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

/**
 * Differences by path. Files that only nocturne's own commits changed are none; a file changed by
 * both is one.
 */
export function differences(workspace: Workspace, baseline: Baseline): readonly Difference[] {
  const expected = committedContents(workspace, baseline);
  const now = walk(workspace.root);
  const paths = new Set([
    ...Object.keys(baseline.files),
    ...Object.keys(baseline.links),
    ...now.keys(),
  ]);
  const found: Difference[] = [];
  for (const path of [...paths].sort()) {
    const difference = compare(workspace, { path, baseline, expected, entry: now.get(path) });
    if (difference !== undefined) found.push(difference);
  }
  return found;
}

type Subject = {
  readonly path: string;
  readonly baseline: Baseline;
  readonly expected: ReadonlyMap<string, Buffer | undefined>;
  readonly entry: FileEntry | undefined;
};

function compare(
  workspace: Workspace,
  { path, baseline, expected, entry }: Subject,
): Difference | undefined {
  const file = baseline.files[path];
  const link = baseline.links[path];
  const before = (): Buffer | undefined =>
    expected.has(path)
      ? expected.get(path)
      : file === undefined
        ? undefined
        : soundObject(workspace, file.hash);
  if (entry === undefined) {
    if (link !== undefined)
      return {
        path,
        kind: 'link',
        before: undefined,
        after: undefined,
        mode: undefined,
        target: link,
      };
    return expected.has(path) && expected.get(path) === undefined
      ? undefined
      : { path, kind: 'deleted', before: before(), after: undefined, mode: file?.mode };
  }
  if (entry.kind === 'symlink')
    return link === entry.target
      ? undefined
      : {
          path,
          kind: 'link',
          before: before(),
          after: undefined,
          mode: file?.mode,
          ...(link === undefined ? {} : { target: link }),
        };
  if (entry.kind === 'other')
    return { path, kind: 'special', before: before(), after: undefined, mode: file?.mode };
  const after = readFileSync(within(workspace.root, path));
  const hash = sha256(after);
  const committed = expected.get(path);
  const wanted =
    committed !== undefined ? sha256(committed) : expected.has(path) ? undefined : file?.hash;
  if (hash === wanted)
    return file !== undefined && file.mode !== (entry.mode & 0o7777)
      ? { path, kind: 'mode', before: after, after, mode: file.mode }
      : undefined;
  if (link !== undefined)
    return { path, kind: 'link', before: undefined, after, mode: undefined, target: link };
  return {
    path,
    kind: wanted === undefined ? 'added' : 'changed',
    before: before(),
    after,
    mode: file?.mode,
  };
}

/**
 * What every file that nocturne committed to since the baseline should hold. A commit that was
 * computed on content which was not the expected
 * one (the agent had changed the file before) is left out, so that the file counts as changed.
 */
function committedContents(
  workspace: Workspace,
  baseline: Baseline,
): ReadonlyMap<string, Buffer | undefined> {
  const expected = new Map<string, Buffer | undefined>();
  for (const record of readCommitRecord(workspace.state)) {
    const file = baseline.files[record.path];
    const before = expected.has(record.path)
      ? expected.get(record.path)
      : file === undefined
        ? undefined
        : soundObject(workspace, file.hash);
    if (record.kind === 'append') {
      if ((before?.length ?? 0) === record.offset)
        expected.set(
          record.path,
          Buffer.concat([before ?? Buffer.alloc(0), Buffer.from(record.appended, 'base64')]),
        );
    } else if ((before === undefined ? null : sha256(before)) === record.before) {
      expected.set(
        record.path,
        record.after === null ? undefined : soundObject(workspace, record.after),
      );
    }
  }
  return expected;
}
