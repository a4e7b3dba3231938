/**
 * Wake-ups for this node: one at a time from the consumers of its lanes, the high band first. A
 * wake-up says that a task may wait; the record says whether it does.
 */
import type { NatsConnection } from '@nats-io/transport-node';
import { type Band, BANDS, inboxPrefix, wakeConsumer } from '../wire/names.js';
import { Alarm } from './alarm.js';
import type { Entry } from './judge-record.js';
import { Pull, type WakeUp } from './pull.js';

/** How long one request waits at the server for the next wake-up. */
const POLL_MS = 5_000;
/** A wake-up that is kept here for longer is returned. */
const STALE_MS = 15_000;

type Kept = { readonly message: WakeUp; readonly band: Band; readonly since: number };

export class WakeUps {
  readonly #connection: NatsConnection;
  readonly #prefix: string;
  readonly #pulls = new Map<string, Pull>();
  /** Requests that are answered at once: does one wait there? */
  readonly #probes = new Map<string, Promise<WakeUp | undefined>>();
  /** Requests that wait at consumers where none did. */
  readonly #polls = new Set<string>();
  readonly #kept: Kept[] = [];
  readonly #alarm = new Alarm();
  #turn = 0;
  #rests = false;

  constructor(connection: NatsConnection, node: string) {
    this.#connection = connection;
    this.#prefix = inboxPrefix(node);
  }

  /**
   * The next one, high band first; nothing if none waits now.
   * @param more whether another one will be wanted at once: it is asked for in advance.
   */
  async next(lanes: readonly string[], more = false): Promise<WakeUp | undefined> {
    this.#rests = false;
    this.#giveBackStale();
    const turned = [...lanes.slice(this.#turn), ...lanes.slice(0, this.#turn)];
    for (const band of BANDS) {
      const kept = this.#kept.findIndex((each) => each.band === band);
      const [known] = kept < 0 ? [] : this.#kept.splice(kept, 1);
      if (known !== undefined) return known.message;
      for (const lane of turned) {
        const consumer = wakeConsumer(lane, band);
        if (this.#polls.has(consumer)) continue;
        const message = await this.#probe(consumer);
        this.#probes.delete(consumer);
        if (message === undefined) {
          void this.#poll(consumer, band);
          continue;
        }
        // The next time another lane is the first one.
        this.#turn = (lanes.indexOf(lane) + 1) % lanes.length;
        if (more) void this.#probe(consumer);
        return message;
      }
    }
    return undefined;
  }

  /** Until one may have come, or a few seconds have passed. */
  async wait(lanes: readonly string[], signal: AbortSignal): Promise<void> {
    if (this.#kept.length > 0) return;
    await this.#alarm.wait(lanes.length === 0 ? POLL_MS / 10 : POLL_MS, signal);
  }

  /** It asks for none now: what still comes is for another node. */
  rest(): void {
    this.#rests = true;
    for (const { message } of this.#kept.splice(0)) message.nak();
    for (const probe of this.#probes.values()) void probe.then((message) => message?.nak());
    this.#probes.clear();
  }

  #probe(consumer: string): Promise<WakeUp | undefined> {
    const known = this.#probes.get(consumer);
    if (known !== undefined) return known;
    const made = this.#pullOf(consumer).next(0);
    this.#probes.set(consumer, made);
    return made;
  }

  async #poll(consumer: string, band: Band): Promise<void> {
    this.#polls.add(consumer);
    const message = await this.#pullOf(consumer).next(POLL_MS);
    this.#polls.delete(consumer);
    if (message === undefined) return;
    if (this.#rests) return message.nak();
    this.#kept.push({ message, band, since: performance.now() });
    this.#alarm.ring();
  }

  #pullOf(consumer: string): Pull {
    const known = this.#pulls.get(consumer);
    if (known !== undefined) return known;
    const made = new Pull(this.#connection, consumer, this.#prefix);
    this.#pulls.set(consumer, made);
    return made;
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
