/**
 * A call that this node asks, until it knows what became of it. Whatever the other side sends, it
 * is over at its absolute deadline; silence ends it before. Both leave it unknown.
 */
import { type CallAnswer, type CallCode, type CallOutcome, outcomeKind } from './call.js';
import { ChunkOrder } from './chunk-order.js';

export type Deadlines = {
  /** Without a heartbeat of the other side. */
  readonly idleMs: number;
  readonly totalMs: number;
};
export type AskedOptions = Deadlines & {
  readonly call: string;
  readonly node: string;
  readonly onChunk: (data: unknown) => void;
  /** The session that the other node announces now. */
  readonly sessionNow: () => string | undefined;
  /** Tells the other side that nobody waits any more. */
  readonly tellOther: (why: string) => void;
};

/** How long an answer waits for chunks that were sent before it. */
const GAP_MS = 2_000;
const MOST_LOOK_MS = 1_000;

export class AskedCall {
  readonly node: string;
  readonly outcome: Promise<CallOutcome>;
  readonly #options: AskedOptions;
  readonly #order: ChunkOrder;
  readonly #session: string | undefined;
  readonly #begun = performance.now();
  readonly #timer: NodeJS.Timeout;
  #heard = performance.now();
  #answer: CallAnswer | undefined;
  #end: (outcome: CallOutcome) => void = () => undefined;
  #isOver = false;

  constructor(options: AskedOptions) {
    this.#options = options;
    this.node = options.node;
    this.#session = options.sessionNow();
    this.#order = new ChunkOrder(options.onChunk);
    this.outcome = new Promise((resolve) => (this.#end = resolve));
    const lookMs = Math.min(MOST_LOOK_MS, options.idleMs / 4, options.totalMs / 4);
    this.#timer = setInterval(() => this.#look(), lookMs);
    this.#timer.unref();
  }

  /** A chunk, or without `data` only a heartbeat. */
  chunk(seq: number | undefined, data: unknown): void {
    if (this.#isOver) return;
    this.#heard = performance.now();
    if (seq === undefined) return;
    if (!this.#order.take(seq, data)) return this.giveUp('failed', 'too many chunks are missing');
    this.#finishIfComplete();
  }

  answer(answer: CallAnswer): void {
    if (this.#isOver || this.#answer !== undefined) return;
    this.#answer = answer;
    this.#heard = performance.now();
    this.#finishIfComplete();
  }

  /** It is over here, whatever the other side does; it is told to stop. */
  giveUp(code: CallCode, why: string): void {
    if (this.#isOver) return;
    this.#options.tellOther(why);
    this.#finish({ kind: outcomeKind(code), code, why, ...this.#named() });
  }

  #look(): void {
    const now = performance.now();
    const { idleMs, totalMs, node, sessionNow } = this.#options;
    if (this.#answer !== undefined) {
      if (now - this.#heard > GAP_MS) this.#finishAnswered(this.#answer);
    } else if (now - this.#begun > totalMs)
      this.giveUp('unknown', `${node} did not end within ${seconds(totalMs)}`);
    else if (now - this.#heard > idleMs)
      this.giveUp('unknown', `nothing came from ${node} for ${seconds(idleMs)}`);
    else if (sessionNow() !== this.#session) this.giveUp('unknown', `${node} has started again`);
  }

  #finishIfComplete(): void {
    const answer = this.#answer;
    if (answer !== undefined && this.#order.missing(answer.chunks).length === 0)
      this.#finishAnswered(answer);
  }

  #finishAnswered(answer: CallAnswer): void {
    const missing = this.#order.missing(answer.chunks);
    this.#order.flush();
    if (answer.ok)
      this.#finish({ kind: 'answered', value: answer.value, missing, ...this.#named() });
    else {
      const { code, why } = answer;
      this.#finish({ kind: outcomeKind(code), code, why, ...this.#named() });
    }
  }

  #finish(outcome: CallOutcome): void {
    this.#isOver = true;
    clearInterval(this.#timer);
    this.#end(outcome);
  }

  #named(): { readonly node: string; readonly call: string } {
    return { node: this.#options.node, call: this.#options.call };
  }
}

function seconds(ms: number): string {
  return `${Math.round(ms / 100) / 10} s`;
}
