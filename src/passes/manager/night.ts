/** The passes of a night and their rows: what every part of the morning page is made of. */
import type { Rec } from '../../markdown/types.js';
import { fieldText } from '../../project/field-text.js';
import { rowsOfRuns, rowsSince } from '../../project/recent-rows.js';
import { computedFrom } from '../../workspace/reads.js';
import type { Snapshot } from '../../workspace/types.js';

/** Passes that ended in the night, and their rows in the audit log. */
export type Night = {
  readonly snapshot: Snapshot;
  readonly runs: readonly Rec[];
  readonly rows: readonly Rec[];
  /** More passes ended before these. */
  readonly isCut: boolean;
  /** Of `rows`, those with this type or result. */
  readonly ofType: (type: string) => readonly Rec[];
  readonly ofResult: (result: string) => readonly Rec[];
};

/** A briefing reports the last passes, at most so many. */
const MOST_PASSES = 1000;

const known = new WeakMap<Snapshot, Map<number, Night>>();

/** Read once for every part of a page. Without an earlier page, it could be that of years. */
export function nightSince(snapshot: Snapshot, since: Date): Night {
  const nights = known.get(snapshot) ?? new Map<number, Night>();
  known.set(snapshot, nights);
  const night = nights.get(since.getTime()) ?? nightIn(snapshot, since);
  nights.set(since.getTime(), night);
  return night;
}

function nightIn(snapshot: Snapshot, since: Date): Night {
  const files = [...snapshot.filesOf('RUN'), ...snapshot.filesOf('AUDIT')];
  const name = `night since ${since.getTime()}`;
  return { ...computedFrom(snapshot, { name, files }, () => readNight(snapshot, since)), snapshot };
}

function readNight(snapshot: Snapshot, since: Date): Omit<Night, 'snapshot'> {
  const runs: Rec[] = [];
  let isCut = false;
  for (const run of rowsSince(snapshot, 'RUN', { field: 'ended', since: since.getTime() })) {
    isCut = runs.length === MOST_PASSES;
    if (isCut) break;
    runs.push(run);
  }
  runs.reverse();
  const rows = rowsOfRuns(snapshot, 'AUDIT', new Set(runs.map((run) => run.key)));
  const [types, results] = ['type', 'result'].map((field) => grouped(rows, field));
  return {
    runs,
    rows,
    isCut,
    ofType: (type) => types?.get(type) ?? [],
    ofResult: (result) => results?.get(result) ?? [],
  };
}

function grouped(rows: readonly Rec[], field: string): ReadonlyMap<string, readonly Rec[]> {
  const groups = new Map<string, Rec[]>();
  for (const row of rows) {
    const value = fieldText(row, field);
    const group = groups.get(value);
    if (group === undefined) groups.set(value, [row]);
    else group.push(row);
  }
  return groups;
}

export const GRADES = ['STRONG', 'ADEQUATE', 'WEAK', 'FAIL', 'PARKED'] as const;

/** `worked`: passes that chose something to do. `idle`: those that found nothing. */
export type PassCounts = {
  readonly worked: number;
  readonly idle: number;
  readonly ungraded: number;
  readonly grades: Readonly<Record<(typeof GRADES)[number], number>>;
};

export function passCounts(night: Night): PassCounts {
  const { runs } = night;
  const all = runs.filter((run) => fieldText(run, 'role') === 'worker');
  const dead = new Set(reaped(night));
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

export function reaped({ ofType }: Pick<Night, 'ofType'>): readonly string[] {
  return ofType('session_reap').map((row) => fieldText(row, 'target'));
}
