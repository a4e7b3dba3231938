/** Conditions about whole files: existing, newer, changed, not copied. */
import { plural } from '../../kernel/words.js';
import {
  type Moment,
  recordedChanges,
  type RecordedChanges,
} from '../../workspace/recorded-changes.js';
import {
  countText,
  filesIn,
  inProject,
  inRange,
  noFiles,
  noMatch,
  prefixOf,
  some,
  undecided,
  met,
  unmet,
} from './context.js';
import { progressTo } from './distance.js';
import type { ConditionContext, Outcome } from './context.js';
import type { ConditionOf, Since } from '../../project/condition-types.js';
import { similarity, sketchOf } from '../quality/sketch.js';
import type { Sketch } from '../quality/sketch.js';

export function fileExists(
  condition: ConditionOf<'file_exists'>,
  context: ConditionContext,
): Outcome {
  const all = filesIn(context, condition.in);
  const files = all.filter((file) => file.size >= condition.minBytes);
  const expected = `${countText(condition.count, 'file', 'files')} matching ${condition.in.join(', ')}${condition.minBytes > 0 ? ` of at least ${condition.minBytes} bytes` : ''}`;
  const small = all.length - files.length;
  const found =
    all.length === 0
      ? noFiles(condition.in)
      : `${plural(files.length, 'file')}${files.length > 0 ? `: ${some(files.map((file) => inProject(context, file.path)))}` : ''}${small > 0 ? `; ${small} too small` : ''}`;
  const holds = inRange(condition.count, files.length);
  const progress = progressTo(condition.count, files.length);
  return { ...met(expected, found, files[0]?.path ?? all[0]?.path), holds, progress };
}

/** Compares hashes and the change log, not file times. */
export function fileNewer(
  condition: ConditionOf<'file_newer'>,
  context: ConditionContext,
): Outcome {
  const files = filesIn(context, condition.in);
  if (!context.snapshot.schema.objects.has('CHANGE'))
    return undecided(
      'a newer file',
      'no change log covers this folder; list the files under fresh',
    );
  const changes = recordedChanges(context.snapshot, prefixOf(context));
  const limit = limitOf(condition.than, context, changes);
  const expected = `a file matching ${condition.in.join(', ')} newer than ${limit.text}`;
  if (limit.kind === 'unknown') return undecided(expected, limit.why);
  const newer = files.filter(({ path }) => limit.isOlderThan(path));
  const first = newer[0] ?? files[0];
  if (first === undefined) return unmet(expected, noFiles(condition.in));
  const last = changes.lastChange(first.path);
  const found = `${inProject(context, first.path)} ${ageOf(last)}`;
  return { ...met(expected, found, first.path), holds: newer.length > 0 };
}

function ageOf(last: ReturnType<RecordedChanges['lastChange']>): string {
  if (last === undefined) return 'with no recorded change';
  return last.order === Number.POSITIVE_INFINITY
    ? `changed after its last recorded change of ${last.written}`
    : `of ${last.written}`;
}

type Limit = { readonly text: string } & (
  | { readonly kind: 'known'; readonly isOlderThan: (path: string) => boolean }
  | { readonly kind: 'unknown'; readonly why: string }
);

function limitOf(than: Since, context: ConditionContext, changes: RecordedChanges): Limit {
  const since = (text: string, moment: Moment): Limit => ({
    kind: 'known',
    text,
    isOlderThan: (path) => changes.changedSince(path, moment),
  });
  switch (than.kind) {
    case 'within':
      return since(`${than.text} ago`, {
        instant: context.snapshot.now.getTime() - than.milliseconds,
      });
    case 'instant':
      return since(than.text, { instant: than.at });
    case 'mark': {
      // Before the first pass, everything since the phase began is new.
      const last =
        than.mark === 'phase' || (context.lastPass ?? '') === '' ? undefined : context.lastPass;
      const stamp = last ?? context.phaseStarted;
      const instant = Date.parse(stamp ?? '');
      const text = last === undefined ? 'the start of the phase' : 'the last pass';
      if (Number.isNaN(instant)) return { kind: 'unknown', why: `${text} is not recorded`, text };
      const project = context.snapshot.record('PROJECT', context.project)?.file ?? '';
      return since(`${text} (${stamp})`, {
        instant,
        address: `${project}#${last === undefined ? 'phase.started' : 'last_pass.date'}`,
      });
    }
    case 'files': {
      const files = filesIn(context, than.globs);
      const text = than.globs.join(', ');
      if (files.length === 0) return { kind: 'unknown', why: noMatch(than.globs), text };
      const orderOf = (path: string): number => changes.lastChange(path)?.order ?? -1;
      const newest = Math.max(...files.map((file) => orderOf(file.path)));
      return { kind: 'known', text, isOlderThan: (path) => orderOf(path) > newest };
    }
  }
}

export function hashChanged(
  condition: ConditionOf<'hash_changed'>,
  context: ConditionContext,
): Outcome {
  const { before, snapshot, folder } = context;
  const mark = folder === undefined ? 'the last pass' : 'the run began';
  const expected = `new content in ${condition.in.join(', ')} since ${mark}`;
  if (before === undefined) return undecided(expected, 'the hashes of the last pass are not known');
  const files = filesIn(context, condition.in);
  if (files.length === 0) return unmet(expected, noFiles(condition.in));
  const changed = files.filter((file) => snapshot.hash(file.path) !== before.get(file.path));
  if (changed.length === 0)
    return unmet(expected, `${plural(files.length, 'file')}, none changed`, files[0]?.path);
  const first = changed[0]?.path ?? '';
  return met(
    expected,
    `${plural(changed.length, 'file')} ${before.has(first) ? 'changed' : 'new'}: ${some(changed.map((file) => inProject(context, file.path)))}`,
    first,
  );
}

export function noDuplicatesOf(
  condition: ConditionOf<'no_duplicates_of'>,
  context: ConditionContext,
): Outcome {
  const files = filesIn(context, condition.in);
  const others = filesIn(context, condition.of);
  const expected = `no file of ${condition.in.join(', ')} nearly the same as another of ${condition.of.join(', ')} (similarity below ${condition.threshold})`;
  if (files.length === 0) return unmet(expected, noFiles(condition.in));
  const sketches = new Map<string, Sketch>();
  for (const { path } of [...files, ...others]) {
    if (sketches.has(path)) continue;
    const text = context.snapshot.text(path);
    if (text === undefined)
      return undecided(expected, `${path} cannot be read as UTF-8 text`, path);
    sketches.set(path, sketchOf(text));
  }
  let nearest:
    | { readonly score: number; readonly path: string; readonly other: string }
    | undefined;
  for (const { path } of files) {
    for (const { path: other } of others) {
      const [left, right] = [sketches.get(path), sketches.get(other)];
      if (path === other || left === undefined || right === undefined) continue;
      const score = similarity(left, right);
      if (nearest === undefined || score > nearest.score) nearest = { score, path, other };
    }
  }
  if (nearest === undefined)
    return met(
      expected,
      `${plural(files.length, 'file')}, nothing to compare with`,
      files[0]?.path,
    );
  const found = `${inProject(context, nearest.path)} and ${inProject(context, nearest.other)} are the nearest: ${nearest.score.toFixed(2)}`;
  return { holds: nearest.score < condition.threshold, expected, found, where: nearest.path };
}
