/**
 * Which question somebody means: its id, that of the approval it asks for, an unambiguous beginning
 * or end of it, or a project with one open question.
 */
import { approvalAsked } from '../../governance/approvals/approval.js';
import { NocturneError } from '../../kernel/error.js';
import type { Rec } from '../../markdown/types.js';
import { fieldText } from '../../project/field-text.js';
import type { Snapshot } from '../../workspace/types.js';

/** Questions that wait: open, with or without an answer that no pass has taken up yet. */
export function openQuestions(snapshot: Snapshot): readonly Rec[] {
  return snapshot
    .records('NOTIFICATION')
    .filter((record) => fieldText(record, 'status') === 'open');
}

/**
 * @throws NocturneError `NOT_FOUND`, or `AMBIGUOUS` with the candidates: an answer never goes to a
 * guess.
 */
export function findQuestion(snapshot: Snapshot, id: string): Rec {
  const all = snapshot.records('NOTIFICATION');
  const exact = all.filter((record) => record.key === id || approvalAsked(record) === id);
  const [first] = exact;
  if (first !== undefined && exact.length === 1) return first;
  const open = openQuestions(snapshot);
  const wanted = id.toUpperCase();
  const near = open.filter(
    (record) => record.key.startsWith(wanted) || record.key.endsWith(wanted),
  );
  const ofProject = open.filter((record) => fieldText(record, 'project') === id);
  const found = id === '' ? [] : [...new Set([...near, ...ofProject])];
  const [question, other] = found;
  if (question === undefined)
    throw new NocturneError('NOT_FOUND', `no open question is called "${id}"`, {
      hint: open.length === 0 ? 'nothing waits for an answer' : `open: ${listed(open)}`,
    });
  if (other !== undefined)
    throw new NocturneError('AMBIGUOUS', `"${id}" can mean ${found.length} questions`, {
      hint: `give one of the ids: ${listed(found)}`,
    });
  return question;
}

function listed(questions: readonly Rec[]): string {
  return questions
    .map(
      (record) =>
        `${record.key} (${fieldText(record, 'project') || fieldText(record, 'kind')}: ${clip(fieldText(record, 'action_needed'))})`,
    )
    .join('; ');
}

function clip(text: string): string {
  const line = text.replaceAll('\n', ' ');
  return line.length > 70 ? `${line.slice(0, 67)}...` : line;
}
