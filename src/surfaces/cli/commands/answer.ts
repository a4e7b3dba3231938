/** `approve`, `decline`, `answer`: the owner answers a question, and the next pass acts on it. */
import { unclearText } from '../../../project/question-state.js';
import { defined } from '../../../kernel/defined.js';
import { EXIT, NocturneError } from '../../../kernel/error.js';
import {
  type GivenAnswer,
  giveAnswer,
  type OwnersWord,
  wordOf,
} from '../../../passes/give-answer.js';
import { requireOwner } from '../actor.js';
import { editResult } from '../carry-out.js';
import { findQuestion } from '../find-question.js';
import type { Snapshot } from '../../../workspace/types.js';
import type { Command, CommandResult, Context } from '../types.js';

export const approve: Command = {
  args: '<id>',
  examples: [
    'nocturne approve N-20261121-001',
    'nocturne approve inventory',
    'nocturne approve AP-003',
  ],
  run: (context, { args }) => give(context, args[0] ?? '', { status: 'approved', text: 'yes' }),
};

export const decline: Command = {
  args: '<id>',
  examples: ['nocturne decline N-20261121-002', 'nocturne decline wanderer'],
  run: (context, { args }) => give(context, args[0] ?? '', { status: 'declined', text: 'no' }),
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
    return give(context, args[0] ?? '', wordOf(context.workspace().snapshot(), text));
  },
};

function give(context: Context, name: string, word: OwnersWord): CommandResult {
  requireOwner(context, 'answering');
  const { door: channel, check } = context;
  const find = (snapshot: Snapshot) => {
    check?.(snapshot);
    return findQuestion(snapshot, name);
  };
  const given = giveAnswer(context.workspace(), { find, word, ...defined({ channel }) });
  const result = editResult(given.commit);
  const { text, exit, json } = told(given, word);
  return { ...result, exit, text, json: { id: given.id, ...json, ...(result.json as object) } };
}

type Told = {
  readonly exit: number;
  readonly text: string;
  readonly json: Readonly<Record<string, unknown>>;
};

function told(given: GivenAnswer, { status, text: answer }: OwnersWord): Told {
  const { id, asked } = given;
  switch (given.kind) {
    case 'unclear':
      return {
        exit: EXIT.refused,
        text: `${id} stays open. ${unclearText(given.unclear)}`,
        json: { status, answer, then: null, unclear: given.unclear },
      };
    case 'waits': {
      const word = status === 'open' ? 'answered' : status;
      const then =
        given.pending === undefined
          ? 'Nocturne closes it together with the newer question about the same transition.'
          : `Next pass: ${given.pending.what}.`;
      return {
        exit: EXIT.ok,
        text: `${id} ${word}: ${asked}\n${then}`,
        json: { status, answer, then: given.pending?.what ?? null },
      };
    }
    // What a pass asked for does not wait for the next pass: it is done now, or it is said why not.
    case 'decided': {
      const { approval, taken, pending } = given;
      const done = taken.kind === 'done';
      return {
        exit: done || !approval.isApproved ? EXIT.ok : EXIT.refused,
        text: taken.what,
        json: { approval: approval.id, status, answer: pending.answer, then: taken.what, done },
      };
    }
  }
}
