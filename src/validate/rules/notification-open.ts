/** Rule notification-open: an answered question is closed, and an open one can be answered. */
import type { Diagnostic } from '../../kernel/diagnostic.js';
import type { Rec } from '../../markdown/types.js';
import {
  answerToAdopt,
  type QuestionState,
  questionState,
  unclearText,
} from '../../project/question-state.js';
import { fieldText, fieldTime } from '../../project/field-text.js';
import { rowsSince } from '../../project/recent-rows.js';
import type { Snapshot } from '../../workspace/types.js';
import { addressOf } from '../../workspace/address.js';
import { dayOfRun } from '../../workspace/ids.js';
import { fieldRange } from '../record-place.js';
import type { WorkspaceRule } from '../rule.js';
import { unreadAnswers } from './unread-answers.js';

const DAY_MS = 86_400_000;

export const notificationOpen: WorkspaceRule = {
  kind: 'workspace',
  id: 'notification-open',
  severity: 'warning',
  suppressible: 'always',
  run: ({ snapshot, schema }) => {
    const object = schema.objects.get('NOTIFICATION');
    if (object === undefined) return [];
    const answered = snapshot.records('NOTIFICATION').flatMap((record): Diagnostic[] => {
      const state = questionState(snapshot, record);
      const range = fieldRange(object, record, 'status');
      const status = fieldText(record, 'status');
      if (state.state === 'unclear') return [unclearAnswer(record, state, range)];
      if (state.state !== 'answered') return [];
      const addresses = ['answer', 'status'].map((field) => addressOf(object, record, field));
      // A pass writes an answer from elsewhere into the field first, so this one is newer.
      const isElsewhere = answerToAdopt(snapshot, record) !== undefined;
      const left = isElsewhere
        ? undefined
        : runSince(snapshot, answeredAt(snapshot, addresses, record));
      const message = `${record.key} is answered (${state.answer}) and ${left === undefined ? 'waits for the next pass' : `${left} left it open`}`;
      const hint =
        left === undefined
          ? 'the next worker or manager pass acts on it'
          : 'run a pass and read what it reports about the answer; a word such as yes or no is the safest';
      return [
        {
          rule: 'notification-open',
          severity: left === undefined ? 'info' : 'warning',
          message,
          range,
          expected: 'done',
          actual: status,
          hint,
        },
      ];
    });
    return [...answered, ...unreadAnswers(snapshot)];
  },
};

function unclearAnswer(
  record: Rec,
  state: Extract<QuestionState, { state: 'unclear' }>,
  range: Diagnostic['range'],
): Diagnostic {
  return {
    rule: 'notification-open',
    severity: 'warning',
    message: `${record.key} stays open. ${unclearText(state)}`,
    range,
    expected: state.expected,
    actual: state.answer.slice(0, 80),
    hint: `correct the answer, or use nocturne answer ${record.key}`,
  };
}

/**
 * When the answer was given: from the change log, or when the file came to be as it is. A copy with
 * an old `mtime` would make a new answer look like one that a run left open.
 */
function answeredAt(snapshot: Snapshot, addresses: readonly string[], record: Rec): number {
  // Before the question nobody can have answered it.
  const asked = dayOfRun(record.key);
  const since = Number.isNaN(asked) ? 0 : asked - DAY_MS;
  const options = { field: 't_written', since, containing: record.key };
  for (const row of rowsSince(snapshot, 'CHANGE', options))
    if (addresses.includes(fieldText(row, 'address'))) return fieldTime(row, 't_written') ?? 0;
  return snapshot.files.get(record.file)?.ctimeMs ?? Number.POSITIVE_INFINITY;
}

/** The first run that began after that and has ended. */
function runSince(snapshot: Snapshot, since: number): string | undefined {
  return [...rowsSince(snapshot, 'RUN', { field: 'started', since })].findLast(
    (run) => fieldText(run, 'ended') !== '',
  )?.key;
}
