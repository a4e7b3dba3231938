/** The passes of a night and their rows: what every part of the morning page is made of. */
import type { Rec } from '../../markdown/types.js';
import { fieldText } from '../../project/field-text.js';
import { rowsOfRuns, rowsSince } from '../../project/recent-rows.js';
import type { Snapshot } from '../../workspace/types.js';

/** Passes that ended in the night, and their rows in the audit log. */
export type Night = {
  readonly snapshot: Snapshot;
  readonly runs: readonly Rec[];
  readonly rows: readonly Rec[];
  /** More passes ended before these. */
  readonly isCut: boolean;
};

/** A briefing reports the last passes, at most so many. */
const MOST_PASSES = 1000;

const known = new WeakMap<Snapshot, Map<number, Night>>();

/** Read once for every part of a page. Without an earlier page, it could be that of years. */
export function nightSince(snapshot: Snapshot, since: Date): Night {
  const nights = known.get(snapshot) ?? new Map<number, Night>();
  known.set(snapshot, nights);
  const night = nights.get(since.getTime()) ?? readNight(snapshot, since);
  nights.set(since.getTime(), night);
  return night;
}

function readNight(snapshot: Snapshot, since: Date): Night {
  const runs: Rec[] = [];
  let isCut = false;
  for (const run of rowsSince(snapshot, 'RUN', { field: 'ended', since: since.getTime() })) {
    isCut = runs.length === MOST_PASSES;
    if (isCut) break;
    runs.push(run);
  }
  runs.reverse();
  const rows = rowsOfRuns(snapshot, 'AUDIT', new Set(runs.map((run) => run.key)));
  return { snapshot, runs, rows, isCut };
}

export const GRADES = ['STRONG', 'ADEQUATE', 'WEAK', 'FAIL', 'PARKED'] as const;

/** `worked`: passes that chose something to do. `idle`: those that found nothing. */
export type PassCounts = {
  readonly worked: number;
  readonly idle: number;
  readonly ungraded: number;
  readonly grades: Readonly<Record<(typeof GRADES)[number], number>>;
};

export function passCounts({ runs, rows }: Night): PassCounts {
  const all = runs.filter((run) => fieldText(run, 'role') === 'worker');
  const dead = new Set(reaped(rows));
  const workers = all.filter((run) => hasBegun(run, dead));
  const ofGrade = (grade: string): number =>
    workers.filter((run) => fieldText(run, 'grade') === grade).length;
  const grades = Object.fromEntries(
    GRADES.map((grade) => [grade, ofGrade(grade)]),
  ) as PassCounts['grades'];
  return {
    worked: workers.length,
    idle: all.length - workers.length,
    ungraded: ofGrade(''),
    grades,
  };
}

/** A pass that chose nothing has neither project nor runner; one that crashed may have chosen. */
function hasBegun(run: Rec, dead: ReadonlySet<string>): boolean {
  const isGraded = ['grade', 'project', 'runner'].some((field) => fieldText(run, field) !== '');
  return isGraded || dead.has(run.key);
}

export function reaped(rows: readonly Rec[]): readonly string[] {
  return rows
    .filter((row) => fieldText(row, 'type') === 'session_reap')
    .map((row) => fieldText(row, 'target'));
}
