/** `approve`, `decline`, `answer`: the owner's word on a question; the next pass acts on it. */
import { type PendingAnswer, pendingAnswers } from '../../../governance/answers.js';
import { readAnswer } from '../../../governance/verdict.js';
import { EXIT, NocturneError } from '../../../kernel/error.js';
import { takeApproval } from '../../../passes/approvals/take-approval.js';
import { fieldText } from '../../../project/field-text.js';
import { bundleChanges } from '../../../workspace/bundle.js';
import { ownerName, requireOwner } from '../actor.js';
import { carryOut } from '../carry-out.js';
import { findQuestion } from '../find-question.js';
import type { Command, CommandResult, Context } from '../types.js';

type Answer = { readonly status: 'approved' | 'declined' | 'open'; readonly answer: string };

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
  examples: ['nocturne answer weather "It is installed now, go on"', 'nocturne answer 002 yes'],
  run(context, { args }) {
    const text = args.slice(1).join(' ').trim();
    if (text === '')
      throw new NocturneError('USAGE', 'the answer is empty', {
        hint: 'nocturne answer ID "what you want to say"',
      });
    const { verdict, rest } = readAnswer(text);
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
          `${id} is done: ${fieldText(question, 'answer') || 'a pass has dealt with it'}`,
          {
            file: question.file,
            line: question.range.line,
            hint: 'nocturne status lists what is open',
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
  const pending = pendingAnswers(snapshot).find((candidate) => candidate.id === id);
  const asked = pending?.effects.find((effect) => effect.kind === 'approval');
  if (pending !== undefined && asked !== undefined)
    return decided(context, result, { id: asked.id, pending, status });
  const word = status === 'open' ? 'answered' : status;
  const then =
    pending === undefined
      ? 'It is closed together with the newer question of the same transition.'
      : `The next pass takes it up: ${pending.what}.`;
  return {
    ...result,
    text: `${id} ${word}: ${fieldText(question, 'action_needed')}\n${then}`,
    json: { id, status, answer: text, then: pending?.what ?? null, ...(result.json as object) },
  };
}

/**
 * A question of a pass is not left to the next pass: what was asked is done now, or it is said why
 * not.
 */
function decided(
  context: Context,
  result: CommandResult,
  {
    id,
    pending,
    status,
  }: { readonly id: string; readonly pending: PendingAnswer; readonly status: Answer['status'] },
): CommandResult {
  const workspace = context.workspace();
  const taken = takeApproval(
    { workspace, actor: { kind: 'owner', name: ownerName(workspace.snapshot()) } },
    { id, verdict: pending.verdict, question: pending.id },
  );
  return {
    ...result,
    exit: taken.kind === 'done' || pending.verdict === 'no' ? EXIT.ok : EXIT.refused,
    text: taken.what,
    json: {
      id: pending.id,
      approval: id,
      status,
      answer: pending.answer,
      then: taken.what,
      done: taken.kind === 'done',
      ...(result.json as object),
    },
  };
}
