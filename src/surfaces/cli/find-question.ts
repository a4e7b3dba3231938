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
  return snapshot.records('NOTIFICATION').filter((one) => fieldText(one, 'status') === 'open');
}

/**
 * @throws NocturneError `NOT_FOUND`, or `AMBIGUOUS` with the candidates: an answer never goes to a
 * guess.
 */
export function findQuestion(snapshot: Snapshot, given: string): Rec {
  const all = snapshot.records('NOTIFICATION');
  const exact = all.filter((one) => one.key === given || approvalAsked(one) === given);
  const [first] = exact;
  if (first !== undefined && exact.length === 1) return first;
  const open = openQuestions(snapshot);
  const wanted = given.toUpperCase();
  const near = open.filter((one) => one.key.startsWith(wanted) || one.key.endsWith(wanted));
  const ofProject = open.filter((one) => fieldText(one, 'project') === given);
  const found = given === '' ? [] : [...new Set([...near, ...ofProject])];
  const [one, other] = found;
  if (one === undefined)
    throw new NocturneError('NOT_FOUND', `no open question is called "${given}"`, {
      hint: open.length === 0 ? 'nothing waits for an answer' : `open: ${listed(open)}`,
    });
  if (other !== undefined)
    throw new NocturneError('AMBIGUOUS', `"${given}" can mean ${found.length} questions`, {
      hint: `give one of the ids: ${listed(found)}`,
    });
  return one;
}

function listed(questions: readonly Rec[]): string {
  return questions
    .map(
      (one) =>
        `${one.key} (${fieldText(one, 'project') || fieldText(one, 'kind')}: ${clip(fieldText(one, 'action_needed'))})`,
    )
    .join('; ');
}

function clip(text: string): string {
  const line = text.replaceAll('\n', ' ');
  return line.length > 70 ? `${line.slice(0, 67)}...` : line;
}
