/**
 * Finds a question by its id, by the id of its approval, by an unambiguous beginning or end of its
 * id, or by a project with one open question.
 */
import { questionState } from '../../project/question-state.js';
import { approvalAsked } from '../../governance/approvals/approval.js';
import { NocturneError } from '../../kernel/error.js';
import { clipped } from '../../kernel/words.js';
import type { Rec } from '../../markdown/types.js';
import { fieldText } from '../../project/field-text.js';
import type { Snapshot } from '../../workspace/types.js';

/** Also those with an answer that no pass has acted on yet: the owner may correct it. */
export function answerable(snapshot: Snapshot): readonly Rec[] {
  return snapshot
    .records('NOTIFICATION')
    .filter((record) => questionState(snapshot, record).state !== 'done');
}

/** @throws NocturneError `NOT_FOUND`, or `AMBIGUOUS` with the candidates. */
export function findQuestion(snapshot: Snapshot, name: string): Rec {
  const all = snapshot.records('NOTIFICATION');
  const exact = all.filter((record) => record.key === name || approvalAsked(record) === name);
  const [first] = exact;
  if (first !== undefined && exact.length === 1) return first;
  const open = answerable(snapshot);
  const wanted = name.toUpperCase();
  const near = open.filter(
    (record) => record.key.startsWith(wanted) || record.key.endsWith(wanted),
  );
  const ofProject = open.filter((record) => fieldText(record, 'project') === name);
  const found = name === '' ? [] : [...new Set([...near, ...ofProject])];
  const [question, other] = found;
  if (question === undefined)
    throw new NocturneError('NOT_FOUND', `there is no open question "${name}"`, {
      hint: open.length === 0 ? 'no question is open' : `open questions: ${listed(open)}`,
    });
  if (other !== undefined)
    throw new NocturneError('AMBIGUOUS', `"${name}" matches ${found.length} questions`, {
      hint: `give one of these ids: ${listed(found)}`,
    });
  return question;
}

function listed(questions: readonly Rec[]): string {
  return questions.map((record) => `${record.key} (${about(record)})`).join('; ');
}

/** Most questions begin with the name of their project. */
function about(record: Rec): string {
  const question = clipped(fieldText(record, 'action_needed').replaceAll('\n', ' '), 70);
  const subject = fieldText(record, 'project') || fieldText(record, 'kind');
  return question.startsWith(subject) ? question : `${subject}: ${question}`;
}
