/**
 * The owner's answer to a question, from every surface and channel: one commit, then what was asked
 * for is done at once where it does not wait for a pass.
 */
import { type PendingAnswer, pendingAnswers } from '../governance/answers.js';
import { defined } from '../kernel/defined.js';
import { NocturneError } from '../kernel/error.js';
import type { Rec } from '../markdown/types.js';
import { fieldText } from '../project/field-text.js';
import { ownerLanguage } from '../project/owner-language.js';
import { type QuestionState, questionState } from '../project/question-state.js';
import { readAnswer } from '../project/verdict.js';
import { bundleChanges } from '../workspace/bundle.js';
import type { Change, CommitResult, Snapshot, Workspace } from '../workspace/types.js';
import { type Taken, takeApproval } from './approvals/take-approval.js';
import { actingAsOwner, commitEdit } from './commit-edit.js';

export type OwnersWord = {
  readonly status: 'approved' | 'declined' | 'open';
  readonly text: string;
};
export type AnswerRequest = {
  /** Called under the commit mutex. @throws NocturneError if there is no such question. */
  readonly find: (snapshot: Snapshot) => Rec;
  readonly word: OwnersWord;
  /** For an answer that did not come from the command line: the channel's name. */
  readonly channel?: string;
  /** What is committed with the answer. @throws to refuse it. */
  readonly also?: (snapshot: Snapshot, question: Rec) => readonly Change[];
};

export type GivenAnswer = {
  readonly id: string;
  /** What the question asked for. */
  readonly asked: string;
  readonly commit: CommitResult;
} & (
  | { readonly kind: 'unclear'; readonly unclear: Extract<QuestionState, { state: 'unclear' }> }
  /** `pending`: what the next pass does. Nothing: it is closed with a newer question. */
  | { readonly kind: 'waits'; readonly pending: PendingAnswer | undefined }
  | {
      readonly kind: 'decided';
      readonly pending: PendingAnswer;
      readonly approval: { readonly id: string; readonly isApproved: boolean };
      readonly taken: Taken;
    }
);

const STATUSES = { yes: 'approved', no: 'declined', text: 'open' } as const;

/** A yes or a no alone decides; the words of any other answer are read by what was asked. */
export function wordOf(snapshot: Snapshot, text: string): OwnersWord {
  const { verdict, rest } = readAnswer(text, ownerLanguage(snapshot));
  return { status: rest === '' ? STATUSES[verdict] : 'open', text };
}

/** @throws NocturneError `REFUSED` for a question that is done; what `find` and `also` throw. */
export function giveAnswer(workspace: Workspace, request: AnswerRequest): GivenAnswer {
  const name = fieldText(workspace.snapshot().records('OWNER')[0], 'name') || 'owner';
  const acting = actingAsOwner(name);
  const { find, word, channel, also } = request;
  const through = channel === undefined ? '' : ` through ${channel}`;
  const authorisation = `${acting.authorisation}${through}`;
  let id = '';
  const commit = commitEdit(
    workspace,
    { ...acting, authorisation },
    {
      plan: (snapshot) => {
        const question = find(snapshot);
        id = question.key;
        if (fieldText(question, 'status') === 'done') throw doneAlready(question);
        const args = { id, answer: word.text, status: word.status };
        const { changes, notices } = bundleChanges(snapshot, 'notification_answer', args);
        return {
          changes: [...changes, ...(also?.(snapshot, question) ?? [])],
          notices,
          bundle: 'notification_answer',
          reason: `answered by the owner${through}: ${word.text}`.slice(0, 200),
          audit: { type: 'notification_answer', target: id, detail: word.text.slice(0, 300) },
        };
      },
      door: 'command line',
    },
  );
  return { id, commit, ...outcomeOf(workspace, id, name) };
}

type Outcome = GivenAnswer extends infer Given
  ? Given extends GivenAnswer
    ? Omit<Given, 'id' | 'commit'>
    : never
  : never;

function outcomeOf(workspace: Workspace, id: string, owner: string): Outcome {
  const snapshot = workspace.snapshot();
  const question = snapshot.record('NOTIFICATION', id);
  const asked = fieldText(question, 'action_needed');
  const state = question === undefined ? undefined : questionState(snapshot, question);
  if (state?.state === 'unclear') return { kind: 'unclear', asked, unclear: state };
  const pending = pendingAnswers(snapshot).find((candidate) => candidate.id === id);
  const approval = pending?.effects.find((effect) => effect.kind === 'approval');
  if (pending === undefined || approval === undefined) return { kind: 'waits', asked, pending };
  const taken = takeApproval(
    { workspace, actor: { kind: 'owner', name: owner } },
    { ...approval, question: id },
  );
  return { kind: 'decided', asked, pending, approval, taken };
}

function doneAlready(question: Rec): NocturneError {
  const how = fieldText(question, 'answer') || 'a pass has handled it';
  return new NocturneError('REFUSED', `${question.key} is already done: ${how}`, {
    ...defined({ file: question.file, line: question.range.line }),
    hint: 'nocturne status lists the open questions',
  });
}
