/**
 * The morning page, at most 60 lines: what waits for the owner, what came out, how far each project
 * is, what failed and why, what it cost, what comes next.
 */
import { questionLine, WAITING } from '../../project/answer-places.js';
import { questionState, unclearText } from '../../project/question-state.js';
import { plural } from '../../kernel/words.js';
import type { Rec } from '../../markdown/types.js';
import type { Snapshot } from '../../workspace/types.js';
import { localTime } from '../../project/local-time.js';
import { ownerZone } from '../../project/owner-zone.js';
import { costLine } from './briefing-cost.js';
import { failuresOf, parkedLines } from './briefing-failures.js';
import { openQuestions } from '../question-facts.js';
import type { Alarm } from '../../integrity/alarm.js';
import { nightProgress, nightResults, progressLines, resultLines } from './briefing-results.js';
import { listed } from './briefing-text.js';
import { GRADES, type Night, nightSince, passCounts } from './night.js';
import { type NightInput, tonightLines, unattributedPaths } from './night-facts.js';
import { type Judged, opinionOn, unjudged } from './judgement.js';
import { opinionLines } from './opinion-lines.js';
import { lineFor, plain, quoted, shortened } from '../../project/page-text.js';

export type Incident = { readonly at: string; readonly message: string };
export type BriefingInput = NightInput & {
  /** Refusals of the gate, which could not be written into the workspace. */
  readonly incidents: readonly Incident[];
  /** Whether the gate passes now: then its refusals are over and not on the page. */
  readonly gatePasses: boolean;
  /** Of pages that nobody signs; some of them keep every pass from running. */
  readonly alarms?: readonly Alarm[];
  /** What the manager pass that writes the page has found. */
  readonly notes: readonly string[];
  /** What its model thinks, if it has one. */
  readonly judged?: Judged;
  /** What the owner wrote into the page before it. */
  readonly own?: readonly string[];
};

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

/** Markdown without headings of depth 1 or 2, for the section Briefing. */
export function briefing(input: BriefingInput): string {
  const { snapshot, since, incidents, gatePasses, notes } = input;
  const zone = ownerZone(snapshot);
  const night = nightSince(snapshot, since);
  const open = openQuestions(snapshot);
  const failures = failuresOf(night, input.failures);
  return [
    ...(gatePasses ? [] : incidents)
      .map(
        (incident) =>
          `**Integrity.** ${localTime(incident.at, zone)}: ${incident.message}. No pass runs until you repair it. \`nocturne gate\` says how.\n`,
      )
      .slice(0, 1),
    ...(input.alarms ?? []).map(
      ({ message, command = '' }) => `**Pages.** ${message} Run: \`${command}\`\n`,
    ),
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
    listed('What came out', resultLines(nightResults(night)), {
      most: MOST.results,
      none: 'Nothing new.',
      more: '`nocturne query "SELECT * FROM run"`',
      hint: 'Quotations are the words of the agents.',
    }),
    listed('Progress', [...progressLines(nightProgress(snapshot)), ...(input.progress ?? [])], {
      most: MOST.progress,
      none: 'No project is under way.',
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
    unattributed(night),
    listed(
      'You wrote this in the former briefing, and no question took it',
      (input.own ?? []).map((line) => quoted(line, LONGEST_OWN)),
      { most: MOST.own, none: '', more: '`nocturne diff 24h now NOTIFICATIONS.md --patch`' },
    ),
    listed('Noticed', [...new Set(notes)].map(shortened), {
      most: MOST.noticed,
      none: '',
      more: '`nocturne validate`',
    }),
    ...judgedLines(input.judged),
    `**Cost.** ${[costLine(night), ...(input.costs ?? [])].join(' ')}\n`,
    listed('Tonight', tonightLines(snapshot, input.offer), {
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
  'Write your answer below its line or after `Answer:`, or use `nocturne approve ID`, `nocturne decline ID` or `nocturne answer ID TEXT`.';

const UNATTRIBUTED =
  'These changes stay. If one is not yours, `nocturne kept list` shows the earlier version.';

/** In place, Nocturne cannot tell who changed these files: their names, on one line. */
function unattributed(night: Night): string {
  const found = unattributedPaths(night);
  if (found.length === 0) return '';
  const names = found.slice(0, MOST.unattributed).map((path) => `\`${path}\``);
  const more = found.length - names.length;
  const rest = more === 0 ? '' : ` and ${more} more`;
  return `**Changed by you or by a pass.** ${names.join(', ')}${rest}. ${UNATTRIBUTED}\n`;
}

/** The question last, so that an answer after it can be told from it. */
function waitingLine(snapshot: Snapshot, question: Rec): string {
  const state = questionState(snapshot, question);
  const remark = state.state === 'unclear' ? `${unclearText(state)} The question: ` : '';
  return `**${question.key}** ${remark}${questionLine(snapshot, question)}`;
}

/** How many passes there were, by grade. Names the zone of all times on the page. */
function heading(night: Night, zone: string): string {
  const { snapshot, isCut } = night;
  const { worked, idle, ungraded, grades } = passCounts(night);
  const counted = GRADES.filter((grade) => grades[grade] > 0);
  const counts = [
    ...counted.map((grade) => `${grades[grade]} ${grade}`),
    ...(ungraded === 0 ? [] : [`${ungraded} without a grade`]),
  ];
  const passes =
    worked === 0
      ? 'No pass worked'
      : `${isCut ? 'the last ' : ''}${plural(worked, 'pass', 'passes')} (${counts.join(', ')})`;
  return `**Until ${localTime(snapshot.now.toISOString(), zone)}** (${zone}): ${passes}${idle === 0 ? '' : `; ${idle} found nothing to do`}.\n`;
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
