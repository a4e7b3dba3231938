/** What a chat run has said and used so far. */
import type { ChatAnswer } from './chat-answer.js';
import { lastBytes, printable } from './output-tail.js';
import type { Usage } from './types.js';
import { addUsage, NO_USAGE } from './usage.js';

const TAIL_BYTES = 8 * 1024;

export type Transcript = {
  hear(answer: ChatAnswer, estimatedIn: number): void;
  /** As the endpoint reported it. */
  readonly usage: Usage;
  /**
   * The same, with estimates where the endpoint reported nothing: what budgets are held against.
   */
  readonly spent: Usage;
  readonly answers: number;
  readonly bytes: number;
  readonly last: string;
  readonly tail: string;
  readonly model: string | undefined;
};

export function transcript(): Transcript {
  let usage = NO_USAGE;
  let spent = NO_USAGE;
  let answers = 0;
  let bytes = 0;
  let last = '';
  let tail = '';
  let model: string | undefined;
  return {
    hear(answer, estimatedIn) {
      usage = addUsage(usage, answer.usage);
      spent = addUsage(spent, {
        tokensIn: answer.usage.tokensIn ?? estimatedIn,
        tokensOut: answer.usage.tokensOut ?? Math.ceil(answer.content.length / 4),
        cost: answer.usage.cost,
      });
      answers += 1;
      bytes += Buffer.byteLength(answer.content);
      if (answer.content !== '') last = answer.content;
      tail = lastBytes(
        `${tail}${tail === '' || answer.content === '' ? '' : '\n'}${printable(answer.content)}`,
        TAIL_BYTES,
      );
      model = answer.model ?? model;
    },
    get usage() {
      return usage;
    },
    get spent() {
      return spent;
    },
    get answers() {
      return answers;
    },
    get bytes() {
      return bytes;
    },
    get last() {
      return last;
    },
    get tail() {
      return tail;
    },
    get model() {
      return model;
    },
  };
}
