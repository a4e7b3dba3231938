/**
 * The rest of a project that made no progress: the question that began it, and what may end it.
 * A judging manager ends a rest once; if no progress follows, only the owner ends the next one.
 */
import { lastRow, rowsAfter } from '../project/recent-rows.js';
import { wordsOf } from '../kernel/words.js';
import type { Rec } from '../markdown/types.js';
import { fieldText } from '../project/field-text.js';
import type { Snapshot } from '../workspace/types.js';
import { isOpenQuestion, REST } from '../project/question-state.js';
import { isPlaceholder, sameObjective } from './project-state.js';

const MOST_CHARACTERS = 300;

/** The open question with which a project's rest began, by its id. */
export function restQuestion(snapshot: Snapshot, slug: string): string | undefined {
  if (fieldText(snapshot.record('DISPATCH', slug), 'escalation') === '') return undefined;
  const asked = snapshot
    .records('NOTIFICATION')
    .findLast(
      (record) =>
        fieldText(record, 'project') === slug &&
        fieldText(record, 'kind') === 'escalation' &&
        isOpenQuestion(snapshot, record),
    );
  if (asked === undefined || fieldText(asked, 'topic') !== REST) return undefined;
  return asked.key;
}

/** Whether a model was asked about this rest already. */
export function isJudged(snapshot: Snapshot, slug: string): boolean {
  const judged = (row: Rec): boolean =>
    fieldText(row, 'type') === 'question' && fieldText(row, 'result') === 'ok';
  const last = lastRow(
    snapshot,
    'AUDIT',
    (row) =>
      fieldText(row, 'target') === slug &&
      (fieldText(row, 'type') === 'surface_escalation' || judged(row)),
    slug,
  );
  return last !== undefined && judged(last);
}

/**
 * Whether a model ended the rest before this one, and no pass since then made progress, by the
 * order of runs.
 */
export function isSecondRest(snapshot: Snapshot, slug: string): boolean {
  const ended = lastRow(
    snapshot,
    'AUDIT',
    (row) => fieldText(row, 'type') === 'escalation_clear' && fieldText(row, 'target') === slug,
    'escalation_clear',
  );
  if (ended === undefined || fieldText(ended, 'step') !== 'T5') return false;
  const manager = fieldText(ended, 'run_id');
  const since = rowsAfter(snapshot, 'RUN', (run) => run.key === manager).filter(
    (run) => fieldText(run, 'project') === slug,
  ).length;
  const stalled = Number(fieldText(snapshot.record('PROJECT', slug), 'last_pass.stalled'));
  return stalled >= since;
}

/** Why a model's objective cannot be used for this project; `undefined`: it can. */
export function objectiveProblem(
  project: Rec,
  objective: string,
  tried: readonly string[],
): string | undefined {
  if (objective.length > MOST_CHARACTERS)
    return `it has ${objective.length} characters, and at most ${MOST_CHARACTERS} are read`;
  if (isPlaceholder(objective)) return 'it is a placeholder';
  const next = fieldText(project, 'next_pass.objective');
  if ([...tried, next].some((other) => sameObjective(other, objective)))
    return 'it has already been tried';
  return isAstray(project, objective)
    ? 'it shares no word with the mission and the phase'
    : undefined;
}

/** An objective that has nothing to do with what the project is for. */
export function isAstray(project: Rec | undefined, objective: string): boolean {
  const purpose = ['mission', 'phase.objective'].map((field) => fieldText(project, field));
  const words = wordsOf(purpose.join(' '));
  return ![...wordsOf(objective)].some((word) => words.has(word));
}
