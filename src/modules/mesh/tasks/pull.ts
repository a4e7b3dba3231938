/**
 * One request at a time for the next messages of one consumer. They come under their own subjects,
 * so the client's own requests would not know them again.
 */
import { createInbox, type Msg, type NatsConnection } from '@nats-io/transport-node';
import { WAKE_STREAM } from '../wire/names.js';

/** How long an answer may take, after the server should have given it. */
const ANSWER_MS = 5_000;
const NS_PER_MS = 1_000_000;

/** Its taker says what became of it. */
export type WakeUp = {
  /** @see wakeText */
  readonly text: string;
  readonly ack: () => void;
  /** For another node, or for this one later. */
  readonly nak: (delayMs?: number) => void;
};
/** `waitMs`: how long the server waits for the first one; 0: it answers at once. */
export type Wanted = { readonly most: number; readonly waitMs: number };

export class Pull {
  readonly #connection: NatsConnection;
  readonly #subject: string;
  readonly #inbox: string;
  #answer: ((message: Msg | undefined) => void) | undefined;

  /** @param prefix of the inboxes of this node. */
  constructor(connection: NatsConnection, consumer: string, prefix: string) {
    this.#connection = connection;
    this.#subject = `$JS.API.CONSUMER.MSG.NEXT.${WAKE_STREAM}.${consumer}`;
    this.#inbox = createInbox(prefix);
    connection.subscribe(this.#inbox, {
      callback: (error, message) => this.#take(error === null ? message : undefined),
    });
  }

  async next({ most, waitMs }: Wanted): Promise<readonly WakeUp[]> {
    const limits = waitMs === 0 ? { no_wait: true } : { expires: waitMs * NS_PER_MS };
    const answered = this.#answered(most, waitMs + ANSWER_MS);
    try {
      this.#connection.publish(this.#subject, JSON.stringify({ batch: most, ...limits }), {
        reply: this.#inbox,
      });
    } catch {
      // The connection is closed: the service ends.
      this.#take(undefined);
    }
    return await answered;
  }

  /** Until all are there, or the server says that it has no more. */
  #answered(most: number, waitMs: number): Promise<readonly WakeUp[]> {
    return new Promise((resolve) => {
      const taken: WakeUp[] = [];
      const timer = setTimeout(() => this.#take(undefined), waitMs);
      timer.unref();
      this.#answer = (message) => {
        const isOne = message !== undefined && isWakeUp(message);
        if (isOne) taken.push(wakeUpOf(message));
        if (isOne && taken.length < most) return;
        clearTimeout(timer);
        this.#answer = undefined;
        resolve(taken);
      };
    });
  }

  #take(message: Msg | undefined): void {
    if (this.#answer !== undefined) this.#answer(message);
    else if (message !== undefined && isWakeUp(message)) wakeUpOf(message).nak();
  }
}

function wakeUpOf(message: Msg): WakeUp {
  return {
    text: message.string(),
    ack: () => void message.respond('+ACK'),
    nak: (delayMs = 0) =>
      void message.respond(`-NAK ${JSON.stringify({ delay: delayMs * NS_PER_MS })}`),
  };
}

/** Anything else is a status, such as 404 for nothing there. */
function isWakeUp({ reply }: Msg): boolean {
  return reply?.startsWith('$JS.ACK.') === true;
}
