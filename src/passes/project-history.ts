/** What the change log says about a project: its progress after each pass, who wrote its files. */
import { posix } from 'node:path';
import { fieldText, fieldTime } from '../project/field-text.js';
import type { Rec } from '../markdown/types.js';
import type { Snapshot } from '../workspace/types.js';

/** Rows of the change log that are read; older ones are of files that changed since. */
const MOST_ROWS = 20_000;

export type ProgressPoint = {
  readonly run: string;
  readonly time: string;
  readonly phase: string;
  /** Of the stop condition of the phase: 1 is nothing of it, 0 all. */
  readonly distance: number;
  /** As the pass wrote it: `8 of 12`. */
  readonly progress: string;
};

export type FileFacts = {
  readonly path: string;
  readonly bytes: number;
  /** Empty where Nocturne recorded no writer: the owner, or before its time. */
  readonly writer: string;
  readonly run: string;
  readonly written: string;
};

type Written = Pick<FileFacts, 'writer' | 'run' | 'written'>;
type ChangedValue = {
  readonly time: number;
  readonly run: string;
  readonly old: string;
  readonly new: string;
};

/** @param runs of the project, the oldest first. */
export function projectHistory(
  snapshot: Snapshot,
  project: Rec,
  runs: readonly Rec[],
): { readonly course: readonly ProgressPoint[]; readonly files: readonly FileFacts[] } {
  const folder = `${posix.dirname(project.file)}/`;
  const writers = new Map<string, Written>();
  const values = new Map<string, ChangedValue[]>();
  let rows = 0;
  for (const row of snapshot.rows('CHANGE', { newestFirst: true, containing: folder })) {
    const address = fieldText(row, 'address');
    if (!address.startsWith(folder)) continue;
    if (++rows > MOST_ROWS) break;
    const [path = '', field] = address.split('#');
    if (!writers.has(path)) writers.set(path, writtenBy(row));
    if (path === project.file && field !== undefined && FIELDS.has(field))
      values.set(field, [...(values.get(field) ?? []), changedValue(row)]);
  }
  // Times are in whole seconds, and two passes may end in one.
  const valueAfter = (field: string, run: string, time: number): string => {
    const changes = values.get(field) ?? [];
    const own = changes.find((change) => change.run === run);
    // A pass that also begins the next phase empties what it measured of the one before.
    if (own !== undefined) return own.new || own.old;
    return changes.findLast((change) => change.time > time)?.old ?? fieldText(project, field);
  };
  return { course: courseOf(runs, valueAfter), files: filesOf(snapshot, folder, writers) };
}

const FIELDS: ReadonlySet<string> = new Set([
  'last_pass.distance',
  'last_pass.progress',
  'phase.name',
]);

function writtenBy(row: Rec): Written {
  return {
    writer: fieldText(row, 'writer'),
    run: fieldText(row, 'run_id'),
    written: fieldText(row, 't_written'),
  };
}

function changedValue(row: Rec): ChangedValue {
  return {
    time: fieldTime(row, 't_written') ?? 0,
    run: fieldText(row, 'run_id'),
    old: fieldText(row, 'old'),
    new: fieldText(row, 'new'),
  };
}

/** After each graded pass whose distance is known. */
function courseOf(
  runs: readonly Rec[],
  valueAfter: (field: string, run: string, time: number) => string,
): readonly ProgressPoint[] {
  return runs.flatMap((run) => {
    const ended = fieldTime(run, 'ended');
    if (ended === undefined || fieldText(run, 'grade') === '') return [];
    const text = valueAfter('last_pass.distance', run.key, ended);
    const distance = Number(text);
    if (text === '' || !Number.isFinite(distance)) return [];
    return [
      {
        run: run.key,
        time: fieldText(run, 'ended'),
        phase: valueAfter('phase.name', run.key, ended),
        distance,
        progress: valueAfter('last_pass.progress', run.key, ended),
      },
    ];
  });
}

const NOBODY: Written = { writer: '', run: '', written: '' };

function filesOf(
  snapshot: Snapshot,
  folder: string,
  writers: ReadonlyMap<string, Written>,
): readonly FileFacts[] {
  return [...snapshot.files.values()]
    .filter(({ path, kind }) => kind === 'file' && path.startsWith(folder))
    .map(({ path, size: bytes }) => ({ path, bytes, ...(writers.get(path) ?? NOBODY) }));
}
