/**
 * The morning page, at most 60 lines: what waits for the owner, what came out, how far each project
 * is, what failed and why, what it cost, what comes next.
 */
import { defined } from '../../kernel/defined.js';
import { questionLine, WAITING } from '../../project/answer-places.js';
import { isOpenQuestion, questionState, unclearText } from '../../project/question-state.js';
import { dispatch } from '../../governance/dispatch.js';
import type { Offer } from '../../governance/unit.js';
import { plural } from '../../kernel/words.js';
import { fieldText } from '../../project/field-text.js';
import { rowsOfRuns, rowsSince } from '../../project/recent-rows.js';
import type { Rec } from '../../markdown/types.js';
import type { Snapshot } from '../../workspace/types.js';
import { localTime } from '../../project/local-time.js';
import { ownerZone } from '../../project/owner-zone.js';
import { costLine } from './briefing-cost.js';
import { failureLines, parkedLines, reaped } from './briefing-failures.js';
import type { Failure } from '../module.js';
import { progressLines, resultLines } from './briefing-results.js';
import { listed } from './briefing-text.js';
import { type Judged, opinionOn, unjudged } from './judgement.js';
import { opinionLines } from './opinion-lines.js';
import { lineFor, plain, quoted, shortened } from '../../project/page-text.js';

export type Incident = { readonly at: string; readonly message: string };
export type BriefingInput = {
  readonly snapshot: Snapshot;
  /** Passes that ended after this are reported. */
  readonly since: Date;
  /** Refusals of the gate, which could not be written into the workspace. */
  readonly incidents: readonly Incident[];
  /** Whether the gate passes now: then its refusals are over and not on the page. */
  readonly gatePasses: boolean;
  /** What went wrong in what modules keep. */
  readonly failures?: readonly Failure[];
  /** What goes on in what modules keep, one line each. */
  readonly progress?: readonly string[];
  /** What modules add to the cost. */
  readonly costs?: readonly string[];
  /** Work of modules, for what comes next. */
  readonly offer?: Offer;
  /** What the manager pass that writes the page has found. */
  readonly notes: readonly string[];
  /** What its model thinks, if it has one. */
  readonly judged?: Judged;
  /** What the owner wrote into the page before it. */
  readonly own?: readonly string[];
};

/** Passes that ended in the night, and their rows in the audit log. */
export type Night = {
  readonly snapshot: Snapshot;
  readonly runs: readonly Rec[];
  readonly rows: readonly Rec[];
  /** More passes ended before these. */
  readonly isCut: boolean;
};

const RANK: Readonly<Record<string, number>> = { critical: 0, high: 1, medium: 2, low: 3 };
/** The most lines of each part, so that the page stays within its length. */
const MOST = {
  waiting: 8,
  results: 8,
  progress: 8,
  failures: 10,
  unattributed: 40,
  noticed: 4,
  own: 20,
  opinions: 4,
  next: 3,
};

const LONGEST_OWN = 240;

/** A briefing reports the last passes, at most so many. */
const MOST_PASSES = 1000;

/** Markdown without headings of depth 1 or 2, for the section Briefing. */
export function briefing(input: BriefingInput): string {
  const { snapshot, since, incidents, gatePasses, notes } = input;
  const zone = ownerZone(snapshot);
  const { runs, isCut } = endedSince(snapshot, since);
  const rows = rowsOfRuns(snapshot, 'AUDIT', new Set(runs.map((run) => run.key)));
  const night = { snapshot, runs, rows, isCut };
  const open = openQuestions(snapshot);
  const ofModules = input.failures ?? [];
  const told = new Set(ofModules.flatMap(({ runs }) => runs ?? []));
  const failures = [...ofModules.map(({ line }) => shortened(line)), ...failureLines(night, told)];
  return [
    ...(gatePasses ? [] : incidents)
      .map(
        (incident) =>
          `**Integrity.** ${localTime(incident.at, zone)}: ${incident.message}. No pass runs until you repair it. \`nocturne gate\` says how.\n`,
      )
      .slice(0, 1),
    heading(night, zone),
    listed(
      `${WAITING} (${open.length})`,
      open.map((record) => waitingLine(snapshot, record)),
      {
        most: MOST.waiting,
        none: 'Nothing.',
        more: '`nocturne status`',
        hint: open.length === 0 ? '' : HOW_TO_ANSWER,
      },
    ),
    listed('What came out', resultLines(night), {
      most: MOST.results,
      none: 'Nothing new.',
      more: '`nocturne query "SELECT * FROM run"`',
    }),
    listed('Progress', [...progressLines(snapshot), ...(input.progress ?? [])], {
      most: MOST.progress,
      none: 'There is no project.',
      more: '`nocturne project list`',
    }),
    listed('Parked at a limit', parkedLines(night), {
      most: MOST.failures,
      none: '',
      more: '`nocturne status`',
    }),
    listed(`What failed (${failures.length})`, failures, {
      most: MOST.failures,
      none: 'Nothing.',
      more: '`nocturne audit show`',
    }),
    unattributed(rows),
    listed(
      'You wrote this in the former briefing, and no question took it',
      (input.own ?? []).map((line) => quoted(line, LONGEST_OWN)),
      { most: MOST.own, none: '', more: '`nocturne history`' },
    ),
    listed('Noticed', [...new Set(notes)].map(shortened), {
      most: MOST.noticed,
      none: '',
      more: '`nocturne validate`',
    }),
    ...judgedLines(input.judged),
    `**Cost.** ${[costLine(night), ...(input.costs ?? [])].join(' ')}\n`,
    listed('Tonight', next(snapshot, input.offer), {
      most: MOST.next,
      none: 'Nothing.',
      more: '`nocturne status`',
    }),
  ]
    .filter((text) => text !== '')
    .map((text) => lineFor(text, zone))
    .join('\n');
}

/** Without an earlier page, these could be the passes of years. */
function endedSince(snapshot: Snapshot, since: Date): Pick<Night, 'runs' | 'isCut'> {
  const runs: Rec[] = [];
  for (const run of rowsSince(snapshot, 'RUN', { field: 'ended', since: since.getTime() })) {
    if (runs.length === MOST_PASSES) return { runs: runs.reverse(), isCut: true };
    runs.push(run);
  }
  return { runs: runs.reverse(), isCut: false };
}

const HOW_TO_ANSWER =
  'Write your answer below its line or after `Answer:`, or use `nocturne approve ID`, `nocturne decline ID` or `nocturne answer ID TEXT`.';

const UNATTRIBUTED =
  'These changes stay. If one is not yours, `nocturne kept list` shows the earlier version.';

/** In place, Nocturne cannot tell who changed these files: their names, on one line. */
function unattributed(rows: readonly Rec[]): string {
  const found = rows.filter((row) => fieldText(row, 'type') === 'unattributed');
  if (found.length === 0) return '';
  const names = found.slice(0, MOST.unattributed).map((row) => `\`${fieldText(row, 'target')}\``);
  const more = found.length - names.length;
  const rest = more === 0 ? '' : ` and ${more} more`;
  return `**Changed by you or by a pass.** ${names.join(', ')}${rest}. ${UNATTRIBUTED}\n`;
}

function openQuestions(snapshot: Snapshot): readonly Rec[] {
  return snapshot
    .records('NOTIFICATION')
    .filter((record) => isOpenQuestion(snapshot, record))
    .sort((a, b) => (RANK[fieldText(a, 'priority')] ?? 4) - (RANK[fieldText(b, 'priority')] ?? 4));
}

/** The question last, so that an answer after it can be told from it. */
function waitingLine(snapshot: Snapshot, question: Rec): string {
  const state = questionState(snapshot, question);
  const remark = state.state === 'unclear' ? `${unclearText(state)} The question: ` : '';
  return `**${question.key}** ${remark}${questionLine(snapshot, question)}`;
}

const GRADES = ['STRONG', 'ADEQUATE', 'WEAK', 'FAIL', 'PARKED'];

/** How many passes there were, by grade. Names the zone of all times on the page. */
function heading(night: Night, zone: string): string {
  const { snapshot, runs, isCut } = night;
  const all = runs.filter((run) => fieldText(run, 'role') === 'worker');
  const dead = new Set(reaped(night.rows));
  const workers = all.filter((run) => hasBegun(run, dead));
  const idle = all.length - workers.length;
  const counted = GRADES.map((grade) => ({
    grade,
    count: workers.filter((run) => fieldText(run, 'grade') === grade).length,
  })).filter(({ count }) => count > 0);
  const ungraded = workers.filter((run) => fieldText(run, 'grade') === '').length;
  const counts = [
    ...counted.map(({ grade, count }) => `${count} ${grade}`),
    ...(ungraded === 0 ? [] : [`${ungraded} without a grade`]),
  ];
  const passes =
    workers.length === 0
      ? 'No pass worked'
      : `${isCut ? 'the last ' : ''}${plural(workers.length, 'pass', 'passes')} (${counts.join(', ')})`;
  return `**Until ${localTime(snapshot.now.toISOString(), zone)}** (${zone}): ${passes}${idle === 0 ? '' : `; ${idle} found nothing to do`}.\n`;
}

/** A pass that chose nothing has neither project nor runner; one that crashed may have chosen. */
function hasBegun(run: Rec, dead: ReadonlySet<string>): boolean {
  const isGraded = ['grade', 'project', 'runner'].some((field) => fieldText(run, field) !== '');
  return isGraded || dead.has(run.key);
}

/** The opinion of a model, marked as one, or that there was none. */
function judgedLines(judged: Judged | undefined): readonly string[] {
  if (judged === undefined || judged.wanted === 0) return [];
  if (judged.by === '') return [`**Nobody judged** value or direction: ${judged.why}.\n`];
  const told = opinionOn(judged, 'owner');
  const lines = [
    ...(told === undefined ? [] : [`${quoted(told.text, 400)}${told.sure ? '' : ' (not sure)'}`]),
    ...opinionLines(judged.opinions),
    ...(judged.why === '' ? [] : [unjudged(judged)]),
  ];
  return [
    listed(`The opinion of ${plain(judged.by)}, a model`, lines.map(shortened), {
      most: MOST.opinions,
      none: 'None.',
      more: '`nocturne log RUN` of the manager pass',
    }),
  ];
}

function next(snapshot: Snapshot, offer: Offer | undefined): readonly string[] {
  const { chosen, skipped } = dispatch(snapshot, defined({ offer }));
  const first =
    chosen === undefined
      ? ['every project waits for you']
      : [
          `first ${chosen.slug}: ${chosen.unit?.title ?? fieldText(snapshot.record('PROJECT', chosen.slug), 'next_pass.objective')}`,
        ];
  return [
    ...first,
    ...skipped.map((candidate) => `not yet ${candidate.slug}: ${candidate.why}`),
  ].map(shortened);
}
