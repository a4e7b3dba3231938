/** The questions to the owner with what an answer needs: evidence, consequences, differences. */
import { asksForModule, type PendingAnswer } from '../governance/answers.js';
import { approvalAsked } from '../governance/approvals/approval.js';
import { consequencesOf } from '../governance/consequences.js';
import type { Rec } from '../markdown/types.js';
import { fieldText, fieldTime } from '../project/field-text.js';
import { isOpenQuestion, questionState, unclearText } from '../project/question-state.js';
import { lastRow } from '../project/recent-rows.js';
import type { Snapshot } from '../workspace/types.js';

const RANK: Readonly<Record<string, number>> = { critical: 0, high: 1, medium: 2, low: 3 };

/** The most urgent first. */
export function openQuestions(snapshot: Snapshot): readonly Rec[] {
  return snapshot
    .records('NOTIFICATION')
    .filter((record) => isOpenQuestion(snapshot, record))
    .sort((a, b) => (RANK[fieldText(a, 'priority')] ?? 4) - (RANK[fieldText(b, 'priority')] ?? 4));
}

export function openQuestionFacts(snapshot: Snapshot) {
  return openQuestions(snapshot).map((question) => {
    const state = questionState(snapshot, question);
    return {
      ...about(question),
      unclear: state.state === 'unclear' ? unclearText(state) : null,
      answer: state.state === 'unclear' ? state.answer : '',
      evidence: fieldText(question, 'body'),
      run: runOf(snapshot, question)?.key ?? null,
      approval: approvalAsked(question) ?? null,
      ...consequencesOf(snapshot, question),
    };
  });
}

export type OpenQuestion = ReturnType<typeof openQuestionFacts>[number];

/** Answered clearly, and no pass has acted on it. `then`: what the next one does. */
export function answeredFacts(snapshot: Snapshot, pending: readonly PendingAnswer[]) {
  return snapshot.records('NOTIFICATION').flatMap((question) => {
    const state = questionState(snapshot, question);
    if (state.state !== 'answered') return [];
    const then = pending.find(({ id }) => id === question.key)?.what ?? handedOn(question);
    return [{ ...about(question), answer: state.answer, then }];
  });
}

export type AnsweredQuestion = ReturnType<typeof answeredFacts>[number];

function handedOn(question: Rec): string {
  return asksForModule(question)
    ? `${fieldText(question, 'topic')}, which asked, is told`
    : 'it is closed together with the newer question about the same transition';
}

function about(question: Rec) {
  return {
    id: question.key,
    project: fieldText(question, 'project'),
    kind: fieldText(question, 'kind'),
    priority: fieldText(question, 'priority'),
    since: fieldText(question, 'time'),
    question: fieldText(question, 'action_needed'),
  };
}

/** The pass that it is about: the one that it names, or the last of its project before it. */
function runOf(snapshot: Snapshot, question: Rec): Rec | undefined {
  const text = `${fieldText(question, 'action_needed')}\n${fieldText(question, 'body')}`;
  const named = /\bRUN-\d{8}-\d{3,}\b/.exec(text)?.[0];
  const run =
    named === undefined ? undefined : lastRow(snapshot, 'RUN', (row) => row.key === named, named);
  const slug = fieldText(question, 'project');
  const asked = fieldTime(question, 'time') ?? 0;
  if (run !== undefined || slug === '') return run;
  const isBefore = (row: Rec): boolean =>
    fieldText(row, 'project') === slug && (fieldTime(row, 'started') ?? 0) <= asked;
  return lastRow(snapshot, 'RUN', isBefore, slug);
}
