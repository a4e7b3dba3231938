/** What a step changed, as `whoLooks` needs it. */
import { posix } from 'node:path';
import { diffLines } from 'diff';
import type { Difference } from '../../../passes/reconcile/differences.js';
import { impactOf } from '../../../registry/impact.js';
import { routeOf } from '../../../registry/route.js';
import type { Snapshot } from '../../../workspace/types.js';
import { MOST_COMPARED } from './text-difference.js';
import type { ChangedFile } from './who-looks.js';

const READING: ReadonlySet<string> = new Set(['READS', 'REFERENCES', 'VALIDATES']);

/** @param snapshot the workspace as the step leaves it. */
export function changedFiles(
  snapshot: Snapshot,
  differences: readonly Difference[],
): readonly ChangedFile[] {
  const { schema, files } = snapshot;
  const nextTo = new Map<string, string[]>();
  for (const path of files.keys()) {
    if (routeOf(schema, path).tier !== 'PROTECTED') continue;
    const folder = posix.dirname(path);
    if (nextTo.get(folder)?.push(path) === undefined) nextTo.set(folder, [path]);
  }
  const impactIn = new Map<string, ReadonlySet<string>>();
  const reachedFrom = (path: string) => impactOf(schema, files.keys(), [path]);
  return differences.map((difference) => {
    const { path, before } = difference;
    const folder = posix.dirname(path);
    // What any new file in this folder would affect says nothing about this one.
    const usual =
      impactIn.get(folder) ?? new Set(reachedFrom(`${folder}/-`).map(({ file }) => file));
    impactIn.set(folder, usual);
    const reached = reachedFrom(path).filter(
      ({ file }) => files.has(file) && file !== path && !usual.has(file),
    );
    const affected = reached.filter((node) => node.protected).map(({ file }) => file);
    return {
      path,
      lines: changedLines(difference),
      protects: [...(nextTo.get(folder) ?? []), ...affected],
      readers: reached.filter(({ edge }) => READING.has(edge)).map(({ file }) => file),
      isReversible: before === undefined || routeOf(schema, path).tier !== 'FREE',
    };
  });
}

function changedLines({ kind, before, after }: Difference): number {
  if (kind === 'mode') return 0;
  const size = (before?.size ?? 0) + (after?.size ?? 0);
  if (size > MOST_COMPARED) return Math.ceil(size / 80);
  const [old, now] = [before, after].map((content) => content?.bytes().toString('utf8') ?? '');
  return diffLines(old ?? '', now ?? '')
    .filter(({ added, removed }) => added || removed)
    .reduce((sum, { count }) => sum + count, 0);
}
