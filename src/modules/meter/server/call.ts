/** One call to a model: its reservation, and its settlement, which happens once. */
import { sha256 } from '../../../kernel/hash.js';
import { messageOf } from '../../../kernel/error.js';
import type { Outcome } from '../ledger/types.js';
import { noteCall } from '../progress.js';
import type { Desk } from './desk.js';
import type { AnswerReader } from './protocols/protocol.js';

export type CallFacts = {
  readonly id: string;
  readonly account: string;
  /** The request as it was sent. */
  readonly sent: string;
  readonly inputTokens: number;
  readonly reader: AnswerReader;
  /** Closes the connection to the endpoint. */
  readonly abort: () => void;
};

export class Call {
  readonly #desk: Desk;
  readonly facts: CallFacts;
  #isSettled = false;

  constructor(desk: Desk, facts: CallFacts) {
    this.#desk = desk;
    this.facts = facts;
    desk.running.add(this);
  }

  abort(): void {
    this.facts.abort();
  }

  /** A ledger that cannot be written keeps the reservation, which is the safe side. */
  settle(outcome: Outcome): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    this.#desk.running.delete(this);
    try {
      this.#desk.accounts.settle(this.facts.id, outcome);
    } catch (error) {
      this.#desk.say(`${this.facts.id} is not settled: ${messageOf(error)}`);
    }
  }

  /** By the usage that arrived, else in full. */
  settleByUsage(): void {
    const { reader } = this.facts;
    const usage = reader.usage();
    this.settle(usage === undefined ? { kind: 'unconfirmed' } : { kind: 'counted', usage });
  }

  /** For the breaker, after a complete answer. */
  remember(): void {
    const { account, sent, inputTokens, reader } = this.facts;
    const input = reader.usage()?.input ?? inputTokens;
    try {
      const seen = { prompt: sha256(sent), answer: reader.digest(), inputTokens: input };
      noteCall(this.#desk.state, account, seen);
    } catch (error) {
      this.#desk.say(`what ${account} does is not recorded: ${messageOf(error)}`);
    }
  }
}
