/**
 * One request at a time for the next message of one consumer. The answer comes under the subject of
 * the message itself, so the client's own requests would not know it again.
 */
import { createInbox, type Msg, type NatsConnection } from '@nats-io/transport-node';
import { WAKE_STREAM } from '../wire/names.js';

/** How long an answer may take, after the server should have given it. */
const ANSWER_MS = 5_000;
const NS_PER_MS = 1_000_000;

/** `key`: of the record. Its taker says what became of it. */
export type WakeUp = {
  readonly key: string;
  readonly ack: () => void;
  /** For another node, or for this one later. */
  readonly nak: (delayMs?: number) => void;
};

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

  /** @param waitMs how long the server waits for one; 0: it answers at once. */
  async next(waitMs: number): Promise<WakeUp | undefined> {
    const limits = waitMs === 0 ? { no_wait: true } : { expires: waitMs * NS_PER_MS };
    const answered = new Promise<Msg | undefined>((resolve) => {
      const timer = setTimeout(() => this.#take(undefined), waitMs + ANSWER_MS);
      timer.unref();
      this.#answer = (message) => {
        clearTimeout(timer);
        this.#answer = undefined;
        resolve(message);
      };
    });
    try {
      this.#connection.publish(this.#subject, JSON.stringify({ batch: 1, ...limits }), {
        reply: this.#inbox,
      });
    } catch {
      // The connection is closed: the service ends.
      this.#take(undefined);
    }
    const message = await answered;
    return message !== undefined && isWakeUp(message) ? wakeUpOf(message) : undefined;
  }

  #take(message: Msg | undefined): void {
    if (this.#answer !== undefined) this.#answer(message);
    else if (message !== undefined && isWakeUp(message)) wakeUpOf(message).nak();
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
function isWakeUp({ reply }: Msg): boolean {
  return reply?.startsWith('$JS.ACK.') === true;
}
