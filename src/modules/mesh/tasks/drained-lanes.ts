/** In which lanes no wake-up waits, so that what was woken there and not claimed is woken again. */
import { jetstream, type JetStreamClient } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { laneOf, wakeConsumer, WAKE_STREAM } from '../wire/names.js';
import type { TaskSpec } from './task.js';
import type { TaskPage } from './task-page.js';

type Options = {
  readonly connection: NatsConnection;
  readonly now: () => number;
  /** Between two looks, in milliseconds. */
  readonly everyMs: number;
  /** The server has made a lane again: what was woken before is lost. */
  readonly onNew: () => void;
};

export class DrainedLanes {
  readonly #options: Options;
  readonly #jetstream: JetStreamClient;
  /** When the server made each consumer, by its clock. */
  readonly #made = new Map<string, string>();
  #drained: ReadonlyMap<string, boolean> = new Map();
  #looked = Number.NEGATIVE_INFINITY;

  constructor(options: Options) {
    this.#options = options;
    this.#jetstream = jetstream(options.connection, { checkAPI: false });
  }

  has({ tags, band }: Pick<TaskSpec, 'tags' | 'band'>): boolean {
    return this.#drained.get(wakeConsumer(laneOf(tags), band)) === true;
  }

  /** Nothing is known until the next look, which is at once. */
  forget(): void {
    this.#looked = Number.NEGATIVE_INFINITY;
    this.#drained = new Map();
  }

  async look(pages: Iterable<TaskPage>): Promise<void> {
    const { now, everyMs, onNew } = this.#options;
    if (now() - this.#looked < everyMs) return;
    this.#looked = now();
    const consumers = new Set<string>();
    for (const { state, spec } of pages)
      if (state === 'queued') consumers.add(wakeConsumer(laneOf(spec.tags), spec.band));
    const drained = new Map<string, boolean>();
    let isNew = false;
    for (const consumer of consumers) {
      const found = await this.#lookAt(consumer);
      if (found === undefined) {
        this.#looked = Number.NEGATIVE_INFINITY;
        continue;
      }
      drained.set(consumer, found.isDrained);
      // A server that has restarted takes wake-ups before it has a lane for them.
      isNew ||= this.#made.get(consumer) !== found.made;
      this.#made.set(consumer, found.made);
    }
    this.#drained = drained;
    if (isNew) onNew();
  }

  /** Nothing: the server, or the lane, is not there now. */
  async #lookAt(
    consumer: string,
  ): Promise<{ readonly isDrained: boolean; readonly made: string } | undefined> {
    try {
      const { created, num_pending, num_ack_pending } = await (
        await this.#jetstream.consumers.get(WAKE_STREAM, consumer)
      ).info();
      return { isDrained: num_pending + num_ack_pending === 0, made: String(created) };
    } catch {
      return undefined;
    }
  }
}
