/** Answers of commands that take long: computed when a page asks, kept until something changes. */
import { messageOf } from '../../kernel/error.js';
import type { CallApart, KeptAnswer } from '../../passes/dashboard-page.js';
import type { Parsed } from '../../passes/added-command.js';
import type { Clock } from '../../kernel/clock.js';
import type { Changes } from './changes.js';

const LIMIT_MS = 5 * 60_000;
/** A workspace that changes all the time is looked at again after so many times its own time. */
const REST = 4;

type Kept = {
  answer: KeptAnswer;
  /** Something changed since the answer was asked for. */
  isOld: boolean;
  /** No earlier than this. */
  again: number;
};

export class KeptAnswers {
  readonly #kept = new Map<string, Kept>();
  readonly #ending = new AbortController();
  readonly #settings: {
    readonly call: CallApart;
    readonly changes: Changes;
    readonly clock: Clock;
  };
  readonly #unlisten: () => void;
  #isOwn = false;

  constructor(settings: {
    readonly call: CallApart;
    readonly changes: Changes;
    readonly clock: Clock;
  }) {
    this.#settings = settings;
    this.#unlisten = settings.changes.listen(() => {
      if (!this.#isOwn) for (const kept of this.#kept.values()) kept.isOld = true;
    });
  }

  /** What is known now. It is asked for again if it is old; open pages are told when it is there. */
  of(name: string, parsed: Partial<Parsed> = {}): KeptAnswer {
    const key = JSON.stringify([name, parsed]);
    const kept = this.#kept.get(key) ?? { answer: { isRunning: false }, isOld: true, again: 0 };
    this.#kept.set(key, kept);
    if (kept.isOld && !kept.answer.isRunning) this.#askWhenDue(name, parsed, kept);
    return kept.answer;
  }

  close(): void {
    this.#unlisten();
    this.#ending.abort();
  }

  #askWhenDue(name: string, parsed: Partial<Parsed>, kept: Kept): void {
    kept.answer = { ...kept.answer, isRunning: true };
    const wait = kept.again - performance.now();
    const ask = (): void => {
      if (!this.#ending.signal.aborted) void this.#ask(name, parsed, kept);
    };
    if (wait <= 0) ask();
    else setTimeout(ask, wait).unref();
  }

  async #ask(name: string, parsed: Partial<Parsed>, kept: Kept): Promise<void> {
    const { call, clock } = this.#settings;
    const began = performance.now();
    const at = clock.now();
    kept.isOld = false;
    try {
      const limits = { signal: this.#ending.signal, timeoutMs: LIMIT_MS };
      const { json } = await call(name, parsed, limits);
      kept.answer = { isRunning: false, json, at };
    } catch (error) {
      if (this.#ending.signal.aborted) return;
      kept.answer = { isRunning: false, at, failed: messageOf(error) };
    }
    kept.again = performance.now() + REST * (performance.now() - began);
    this.#isOwn = true;
    this.#settings.changes.touch();
    this.#isOwn = false;
  }
}
