/** What a yes and what a no would do to an open question, as sentences for its owner. */
import type { Rec } from '../markdown/types.js';
import { fieldText } from '../project/field-text.js';
import { expectedAnswer, isClearAnswer } from '../project/question-state.js';
import type { ReadAnswer } from '../project/verdict.js';
import type { Snapshot } from '../workspace/types.js';
import { asksForModule, effectOf } from './answers.js';
import { moveText } from './move-text.js';
import { stepAfter } from './transition.js';

/** `null`: this word alone would not answer the question. */
export type Consequences = {
  readonly yes: string | null;
  readonly no: string | null;
  /** The words that answer it, such as `yes or no`. */
  readonly expected: string;
};

export function consequencesOf(snapshot: Snapshot, question: Rec): Consequences {
  return {
    yes: consequence(snapshot, question, { verdict: 'yes', rest: '' }),
    no: consequence(snapshot, question, { verdict: 'no', rest: '' }),
    expected: expectedAnswer(snapshot, question),
  };
}

function consequence(snapshot: Snapshot, question: Rec, read: ReadAnswer): string | null {
  if (!isClearAnswer(snapshot, question, read)) return null;
  if (asksForModule(question))
    return `The next pass tells ${fieldText(question, 'topic')}, which asked.`;
  const step = stepAfter(snapshot, question, read);
  if (step !== undefined) return `Next pass: ${moveText(step)}.`;
  const { what, calls, effects } = effectOf(snapshot, question, read);
  const isClosed = effects.length === 0 && calls.every((call) => call.bundle === CLOSE);
  const now = effects.some(({ kind }) => kind === 'approval') ? 'At once' : 'Next pass';
  return isClosed ? `The question is closed (${what}). Nothing else changes.` : `${now}: ${what}.`;
}

const CLOSE = 'notification_close';
