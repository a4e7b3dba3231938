/**
 * The morning page, at most 60 lines: what waits for the owner, what came out, how far each project
 * is, what failed and why, what it cost, what comes next.
 */
import { dispatch } from '../../governance/dispatch.js';
import { plural } from '../../kernel/words.js';
import { fieldText, fieldTime } from '../../project/field-text.js';
import { rowsOfRuns, rowsSince } from '../../project/recent-rows.js';
import type { Rec } from '../../markdown/types.js';
import type { Snapshot } from '../../workspace/types.js';
import { localTime } from '../local-time.js';
import { ownerZone } from '../../project/owner-zone.js';
import { failureLines } from './briefing-failures.js';
import { progressLines, resultLines } from './briefing-results.js';
import { lineFor, listed, shortened } from './briefing-text.js';

export type Incident = { readonly at: string; readonly message: string };
export type BriefingInput = {
  readonly snapshot: Snapshot;
  /** Passes that ended after this are reported. */
  readonly since: Date;
  /** Refusals of the gate, which could not be written into the workspace. */
  readonly incidents: readonly Incident[];
  /** Whether the gate passes now. */
  readonly gatePasses: boolean;
  /** What the manager pass that writes the page has found. */
  readonly notes: readonly string[];
};

/** Passes that ended in the night, and their rows in the audit log. */
export type Night = {
  readonly snapshot: Snapshot;
  readonly runs: readonly Rec[];
  readonly rows: readonly Rec[];
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
  next: 3,
};
const MINUTE_MS = 60_000;

/** Markdown without headings of depth 1 or 2, for the section Briefing. */
export function briefing(input: BriefingInput): string {
  const { snapshot, since, incidents, gatePasses, notes } = input;
  const zone = ownerZone(snapshot);
  const ended = { field: 'ended', since: since.getTime() };
  const runs = [...rowsSince(snapshot, 'RUN', ended)].reverse();
  const rows = rowsOfRuns(snapshot, 'AUDIT', new Set(runs.map((run) => run.key)));
  const night = { snapshot, runs, rows };
  const open = openQuestions(snapshot);
  const failures = failureLines(night);
  return [
    ...incidents
      .map(
        (incident) =>
          `**Integrity.** ${localTime(incident.at, zone)}: ${incident.message}. ${gatePasses ? 'It is over: the gate passes again.' : 'No pass runs until you repair it. `nocturne gate` says how.'}\n`,
      )
      .slice(0, 1),
    heading(night, zone),
    listed(
      `Waiting for you (${open.length})`,
      open.map((record) => `**${record.key}** ${shortened(fieldText(record, 'action_needed'))}`),
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
    listed('Progress', progressLines(snapshot), {
      most: MOST.progress,
      none: 'There is no project.',
      more: '`nocturne project list`',
    }),
    listed(`What failed (${failures.length})`, failures, {
      most: MOST.failures,
      none: 'Nothing.',
      more: '`nocturne audit show`',
    }),
    unattributed(rows),
    listed('Noticed', [...new Set(notes)].map(shortened), {
      most: MOST.noticed,
      none: '',
      more: '`nocturne validate`',
    }),
    `**Cost.** ${cost(runs)}\n`,
    listed('Tonight', next(snapshot), {
      most: MOST.next,
      none: 'Nothing.',
      more: '`nocturne status`',
    }),
  ]
    .filter((text) => text !== '')
    .map((text) => lineFor(text, zone))
    .join('\n');
}

const HOW_TO_ANSWER =
  'Write your answer after `Answer:` below, or use `nocturne approve ID`, `nocturne decline ID` or `nocturne answer ID TEXT`.';

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
    .filter(
      (record) => fieldText(record, 'status') === 'open' && fieldText(record, 'answer') === '',
    )
    .sort((a, b) => (RANK[fieldText(a, 'priority')] ?? 4) - (RANK[fieldText(b, 'priority')] ?? 4));
}

const GRADES = ['STRONG', 'ADEQUATE', 'WEAK', 'FAIL'];

/** How many passes there were, by grade. Names the zone of all times on the page. */
function heading({ snapshot, runs }: Night, zone: string): string {
  const workers = runs.filter((run) => fieldText(run, 'role') === 'worker');
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
      ? 'No pass ended'
      : `${plural(workers.length, 'pass', 'passes')} (${counts.join(', ')})`;
  return `**Until ${localTime(snapshot.now.toISOString(), zone)}** (${zone}): ${passes}.\n`;
}

function cost(runs: readonly Rec[]): string {
  const sum = (field: string): number =>
    runs.reduce((total, run) => total + (Number(fieldText(run, field)) || 0), 0);
  const metered = runs.filter((run) => fieldText(run, 'tokens_in') !== '').length;
  const minutes = runs.reduce(
    (total, run) =>
      total + ((fieldTime(run, 'ended') ?? 0) - (fieldTime(run, 'started') ?? 0)) / MINUTE_MS,
    0,
  );
  const silent = runs.length - metered;
  const unknown = silent === 0 ? '' : ` (${plural(silent, 'pass', 'passes')} reported no tokens)`;
  return `${sum('tokens_in')} tokens read, ${sum('tokens_out')} written, cost ${sum('cost').toFixed(2)}, ${minutes.toFixed(1)} minutes${unknown}.`;
}

function next(snapshot: Snapshot): readonly string[] {
  const { chosen, skipped } = dispatch(snapshot);
  const first =
    chosen === undefined
      ? ['every project waits for you']
      : [
          `first ${chosen.slug}: ${fieldText(snapshot.record('PROJECT', chosen.slug), 'next_pass.objective')}`,
        ];
  return [
    ...first,
    ...skipped.map((candidate) => `not yet ${candidate.slug}: ${candidate.why}`),
  ].map(shortened);
}
