/**
 * Wake-ups for this node, from the consumers of its lanes, the high band first. A wake-up says that
 * a task may wait; the record says whether it does.
 */
import type { NatsConnection } from '@nats-io/transport-node';
import { type Band, BANDS, inboxPrefix, wakeConsumer } from '../wire/names.js';
import { Alarm } from './alarm.js';
import type { Entry } from './judge-record.js';
import { Pull, type WakeUp } from './pull.js';

/** How many one request asks for: more would keep them from other nodes. */
const MOST = 8;
/** How long one request waits at the server for the next wake-up. */
const POLL_MS = 5_000;
/** A wake-up that is kept here for longer is returned. */
const STALE_MS = 15_000;

type Kept = { readonly message: WakeUp; readonly band: Band; readonly since: number };

export class WakeUps {
  readonly #connection: NatsConnection;
  readonly #prefix: string;
  readonly #pulls = new Map<string, Pull>();
  /** Requests that wait at consumers where no wake-up did. */
  readonly #polls = new Set<string>();
  readonly #kept: Kept[] = [];
  readonly #done: WakeUp[] = [];
  readonly #alarm = new Alarm();
  #turn = 0;
  #rests = false;

  constructor(connection: NatsConnection, node: string) {
    this.#connection = connection;
    this.#prefix = inboxPrefix(node);
  }

  /**
   * The next one, high band first; nothing if none waits now.
   * @param room how many this node could take now: they are asked for together.
   */
  async next(lanes: readonly string[], room = 1): Promise<WakeUp | undefined> {
    this.#rests = false;
    this.#giveBackStale();
    const turned = [...lanes.slice(this.#turn), ...lanes.slice(0, this.#turn)];
    for (const band of BANDS) {
      const known = this.#takeKept(band);
      if (known !== undefined) return known;
      for (const lane of turned) {
        const consumer = wakeConsumer(lane, band);
        if (this.#polls.has(consumer)) continue;
        const wanted = { most: Math.min(room, MOST), waitMs: 0 };
        this.#acknowledge();
        const [first, ...others] = await this.#pullOf(consumer).next(wanted);
        if (first === undefined) {
          void this.#poll(consumer, band);
          continue;
        }
        // The next time another lane is the first one.
        this.#turn = (lanes.indexOf(lane) + 1) % lanes.length;
        this.#keep(others, band);
        return first;
      }
    }
    return undefined;
  }

  /**
   * It is not needed any more. The server hears so with the next request, because a message by
   * itself is one more write to the wire. One that it does not hear of comes again, for nothing.
   */
  done(message: WakeUp): void {
    this.#done.push(message);
  }

  /** Until one may have come, or a few seconds have passed. */
  async wait(lanes: readonly string[], signal: AbortSignal): Promise<void> {
    this.#acknowledge();
    if (this.#kept.length > 0) return;
    await this.#alarm.wait(lanes.length === 0 ? POLL_MS / 10 : POLL_MS, signal);
  }

  /** It asks for none now: what still comes is for another node. */
  rest(): void {
    this.#rests = true;
    this.#acknowledge();
    for (const { message } of this.#kept.splice(0)) message.nak();
  }

  async #poll(consumer: string, band: Band): Promise<void> {
    this.#polls.add(consumer);
    const messages = await this.#pullOf(consumer).next({ most: 1, waitMs: POLL_MS });
    this.#polls.delete(consumer);
    if (this.#rests) for (const message of messages) message.nak();
    else if (messages.length > 0) {
      this.#keep(messages, band);
      this.#alarm.ring();
    }
  }

  #acknowledge(): void {
    for (const message of this.#done.splice(0)) message.ack();
  }

  #pullOf(consumer: string): Pull {
    const known = this.#pulls.get(consumer);
    if (known !== undefined) return known;
    const made = new Pull(this.#connection, consumer, this.#prefix);
    this.#pulls.set(consumer, made);
    return made;
  }

  #keep(messages: readonly WakeUp[], band: Band): void {
    const since = performance.now();
    this.#kept.push(...messages.map((message) => ({ message, band, since })));
  }

  #takeKept(band: Band): WakeUp | undefined {
    const place = this.#kept.findIndex((each) => each.band === band);
    return place < 0 ? undefined : this.#kept.splice(place, 1)[0]?.message;
  }

  #giveBackStale(): void {
    const oldest = performance.now() - STALE_MS;
    for (let i = this.#kept.length - 1; i >= 0; i--)
      if ((this.#kept[i]?.since ?? 0) < oldest)
        for (const { message } of this.#kept.splice(i, 1)) message.nak();
  }
}

/**
 * What a wake-up says: the key, and the record as its owner has just written it, with its revision.
 * A claim needs no further look then: if another value was written since, its swap fails.
 */
export function wakeText(key: string, entry: Entry | undefined): string {
  return entry === undefined || entry.text === '' ? key : `${key} ${entry.revision} ${entry.text}`;
}

/** Nothing for a text that is none. */
export function readWake(
  text: string,
): { readonly key: string; readonly entry: Entry | undefined } | undefined {
  const [, key, revision, record] = /^([^.\s]+\.[^.\s]+)(?: (\d{1,15}) (\S+))?$/.exec(text) ?? [];
  if (key === undefined) return undefined;
  const isWhole = revision !== undefined && record !== undefined;
  return { key, entry: isWhole ? { text: record, revision: Number(revision) } : undefined };
}
