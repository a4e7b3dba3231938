/** Answers of commands that take long: computed when a page asks, kept until something changes. */
import { messageOf } from '../../kernel/error.js';
import { Room } from '../../kernel/room.js';
import type { CallApart, KeptAnswer } from '../../passes/dashboard-page.js';
import type { Parsed } from '../../passes/added-command.js';
import type { Clock } from '../../kernel/clock.js';
import type { Changes } from './changes.js';

const LIMIT_MS = 5 * 60_000;
/** A workspace that changes all the time is looked at again after so many times its own time. */
const REST = 1;

type Kept = {
  answer: KeptAnswer;
  /** Of the workspace, when it was asked. */
  version: string;
  /** No earlier than this. */
  again: number;
};

type Settings = { readonly call: CallApart; readonly changes: Changes; readonly clock: Clock };

export class KeptAnswers {
  readonly #kept = new Map<string, Kept>();
  readonly #ending = new AbortController();
  readonly #settings: Settings;
  /** One after the other, so that what a page waits for has a place at their side. */
  readonly #room = new Room(1);

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  /** What is known now. It is asked again if it is old; open pages are told when it is there. */
  of(name: string, parsed: Partial<Parsed> = {}): KeptAnswer {
    const key = JSON.stringify([name, parsed]);
    const kept = this.#kept.get(key) ?? { answer: { isRunning: false }, version: '', again: 0 };
    this.#kept.set(key, kept);
    if (kept.version !== this.#settings.changes.version && !kept.answer.isRunning)
      this.#askWhenDue(name, parsed, kept);
    return kept.answer;
  }

  close(): void {
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
    const { call, clock, changes } = this.#settings;
    const began = performance.now();
    const at = clock.now();
    kept.version = changes.version;
    try {
      const limits = { signal: this.#ending.signal, timeoutMs: LIMIT_MS };
      const { json } = await this.#room.enter(() => call(name, parsed, limits), limits.signal);
      kept.answer = { isRunning: false, json, at };
    } catch (error) {
      if (this.#ending.signal.aborted) return;
      kept.answer = { isRunning: false, at, failed: messageOf(error) };
    }
    kept.again = performance.now() + REST * (performance.now() - began);
    this.#tell();
  }

  /** The pages have something new to show, but the workspace is as it was. */
  #tell(): void {
    const { changes } = this.#settings;
    const before = changes.version;
    changes.touch();
    for (const kept of this.#kept.values())
      if (kept.version === before) kept.version = changes.version;
  }
}
