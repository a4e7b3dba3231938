/** `approve`, `decline`, `answer`: the owner answers a question, and the next pass acts on it. */
import { type PendingAnswer, pendingAnswers } from '../../../governance/answers.js';
import { questionState, unclearText } from '../../../project/question-state.js';
import { readAnswer } from '../../../project/verdict.js';
import { ownerLanguage } from '../../../project/owner-language.js';
import { EXIT, NocturneError } from '../../../kernel/error.js';
import { takeApproval } from '../../../passes/approvals/take-approval.js';
import { fieldText } from '../../../project/field-text.js';
import { bundleChanges } from '../../../workspace/bundle.js';
import { ownerName, requireOwner } from '../actor.js';
import { carryOut } from '../carry-out.js';
import { findQuestion } from '../find-question.js';
import type { Command, CommandResult, Context } from '../types.js';

type Answer = { readonly status: 'approved' | 'declined' | 'open'; readonly answer: string };
type Decision = Pick<Answer, 'status'> & {
  readonly asked: { readonly id: string; readonly isApproved: boolean };
  readonly pending: PendingAnswer;
};

const STATUSES = { yes: 'approved', no: 'declined', text: 'open' } as const;

export const approve: Command = {
  args: '<id>',
  examples: [
    'nocturne approve N-20261121-001',
    'nocturne approve inventory',
    'nocturne approve AP-003',
  ],
  run: (context, { args }) => give(context, args[0] ?? '', { status: 'approved', answer: 'yes' }),
};

export const decline: Command = {
  args: '<id>',
  examples: ['nocturne decline N-20261121-002', 'nocturne decline wanderer'],
  run: (context, { args }) => give(context, args[0] ?? '', { status: 'declined', answer: 'no' }),
};

export const answer: Command = {
  args: '<id> <text...>',
  examples: [
    'nocturne answer weather "It is installed now, please continue"',
    'nocturne answer 002 yes',
  ],
  run(context, { args }) {
    const text = args.slice(1).join(' ').trim();
    if (text === '')
      throw new NocturneError('USAGE', 'the answer is empty', {
        hint: 'nocturne answer ID "your answer"',
      });
    const { verdict, rest } = readAnswer(text, ownerLanguage(context.workspace().snapshot()));
    const status = rest === '' ? STATUSES[verdict] : 'open';
    return give(context, args[0] ?? '', { status, answer: text });
  },
};

function give(context: Context, name: string, { status, answer: text }: Answer): CommandResult {
  requireOwner(context, 'answering');
  let id = '';
  const result = carryOut(
    context,
    (snapshot) => {
      const question = findQuestion(snapshot, name);
      id = question.key;
      if (fieldText(question, 'status') === 'done')
        throw new NocturneError(
          'REFUSED',
          `${id} is already done: ${fieldText(question, 'answer') || 'a pass has handled it'}`,
          {
            file: question.file,
            line: question.range.line,
            hint: 'nocturne status lists the open questions',
          },
        );
      const { changes, notices } = bundleChanges(snapshot, 'notification_answer', {
        id,
        answer: text,
        status,
      });
      return {
        changes,
        notices,
        bundle: 'notification_answer',
        reason: `answered by the owner: ${text}`.slice(0, 200),
        audit: { type: 'notification_answer', target: id, detail: text.slice(0, 300) },
      };
    },
    { done: () => '' },
  );
  const snapshot = context.workspace().snapshot();
  const question = snapshot.record('NOTIFICATION', id);
  const state = question === undefined ? undefined : questionState(snapshot, question);
  if (state?.state === 'unclear')
    return {
      ...result,
      exit: EXIT.refused,
      text: `${id} stays open. ${unclearText(state)}`,
      json: { id, status, answer: text, then: null, unclear: state, ...(result.json as object) },
    };
  const pending = pendingAnswers(snapshot).find((candidate) => candidate.id === id);
  const asked = pending?.effects.find((effect) => effect.kind === 'approval');
  if (pending !== undefined && asked !== undefined)
    return decided(context, result, { asked, pending, status });
  const word = status === 'open' ? 'answered' : status;
  const then =
    pending === undefined
      ? 'Nocturne closes it together with the newer question about the same transition.'
      : `Next pass: ${pending.what}.`;
  return {
    ...result,
    text: `${id} ${word}: ${fieldText(question, 'action_needed')}\n${then}`,
    json: { id, status, answer: text, then: pending?.what ?? null, ...(result.json as object) },
  };
}

/** What a pass asked for does not wait for the next pass: Nocturne does it now, or says why not. */
function decided(
  context: Context,
  result: CommandResult,
  { asked, pending, status }: Decision,
): CommandResult {
  const workspace = context.workspace();
  const taken = takeApproval(
    { workspace, actor: { kind: 'owner', name: ownerName(workspace.snapshot()) } },
    { ...asked, question: pending.id },
  );
  return {
    ...result,
    exit: taken.kind === 'done' || !asked.isApproved ? EXIT.ok : EXIT.refused,
    text: taken.what,
    json: {
      id: pending.id,
      approval: asked.id,
      status,
      answer: pending.answer,
      then: taken.what,
      done: taken.kind === 'done',
      ...(result.json as object),
    },
  };
}
