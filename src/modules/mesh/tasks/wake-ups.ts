/**
 * Wake-ups for this node: one at a time from the consumers of its lanes, the high band first. A
 * wake-up says that a task may wait; the record says whether it does.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Msg, NatsConnection } from '@nats-io/transport-node';
import { type Band, BANDS, WAKE_STREAM, wakeConsumer } from '../wire/names.js';

/** How long one request waits at the server for the next wake-up. */
const POLL_MS = 5_000;
/** A wake-up that is kept here for longer is given back. */
const STALE_MS = 15_000;
const REQUEST_MS = 5_000;
const NS_PER_MS = 1_000_000;

/** `key`: of the record. Whoever takes it says what became of it. */
export type WakeUp = {
  readonly key: string;
  readonly ack: () => void;
  /** For another node, or for this one later. */
  readonly nak: (delayMs?: number) => void;
};
type Kept = { readonly message: WakeUp; readonly band: Band; readonly since: number };

export class WakeUps {
  readonly #connection: NatsConnection;
  readonly #polls = new Map<string, Promise<void>>();
  readonly #kept: Kept[] = [];
  #turn = 0;
  #arrived: () => void = () => undefined;

  constructor(connection: NatsConnection) {
    this.#connection = connection;
  }

  /** The next one, high band first; nothing if none waits now. */
  async next(lanes: readonly string[]): Promise<WakeUp | undefined> {
    this.#giveBackStale();
    const turned = [...lanes.slice(this.#turn), ...lanes.slice(0, this.#turn)];
    for (const band of BANDS) {
      const kept = this.#kept.findIndex((each) => each.band === band);
      const [known] = kept < 0 ? [] : this.#kept.splice(kept, 1);
      if (known !== undefined) return known.message;
      for (const lane of turned) {
        const consumer = wakeConsumer(lane, band);
        if (this.#polls.has(consumer)) continue;
        const message = await this.#pull(consumer, { no_wait: true });
        if (message === undefined) continue;
        // The next time another lane is the first one.
        this.#turn = (lanes.indexOf(lane) + 1) % lanes.length;
        return message;
      }
    }
    return undefined;
  }

  /** Until one may have come, or a few seconds have passed. */
  async wait(lanes: readonly string[], signal: AbortSignal): Promise<void> {
    for (const lane of lanes)
      for (const band of BANDS) {
        const consumer = wakeConsumer(lane, band);
        if (!this.#polls.has(consumer)) this.#polls.set(consumer, this.#poll(consumer, band));
      }
    if (this.#kept.length > 0) return;
    const arrived = new Promise<void>((resolve) => {
      this.#arrived = resolve;
    });
    await Promise.race([arrived, pause(POLL_MS, undefined, { signal }).catch(() => undefined)]);
  }

  /** Gives back what was not taken. */
  close(): void {
    for (const { message } of this.#kept.splice(0)) message.nak();
  }

  async #poll(consumer: string, band: Band): Promise<void> {
    const message = await this.#pull(consumer, { expires: POLL_MS * NS_PER_MS });
    this.#polls.delete(consumer);
    if (message === undefined) return;
    this.#kept.push({ message, band, since: performance.now() });
    this.#arrived();
  }

  async #pull(
    consumer: string,
    options: { readonly no_wait: true } | { readonly expires: number },
  ): Promise<WakeUp | undefined> {
    const subject = `$JS.API.CONSUMER.MSG.NEXT.${WAKE_STREAM}.${consumer}`;
    const body = JSON.stringify({ batch: 1, ...options });
    try {
      const reply = await this.#connection.request(subject, body, {
        timeout: 'expires' in options ? POLL_MS + REQUEST_MS : REQUEST_MS,
      });
      return isWakeUp(reply) ? wakeUpOf(reply) : undefined;
    } catch {
      // No server or no consumer: both come back.
      return undefined;
    }
  }

  #giveBackStale(): void {
    const oldest = performance.now() - STALE_MS;
    for (let i = this.#kept.length - 1; i >= 0; i--)
      if ((this.#kept[i]?.since ?? 0) < oldest)
        for (const { message } of this.#kept.splice(i, 1)) message.nak();
  }
}

function wakeUpOf(message: Msg): WakeUp {
  return {
    key: message.string(),
    ack: () => void message.respond('+ACK'),
    nak: (delayMs = 0) =>
      void message.respond(`-NAK ${JSON.stringify({ delay: delayMs * NS_PER_MS })}`),
  };
}

/** Anything else is a status, such as 404 for nothing there. */
function isWakeUp({ reply, headers }: Msg): boolean {
  return reply?.startsWith('$JS.ACK.') === true && !(headers !== undefined && headers.code > 0);
}
