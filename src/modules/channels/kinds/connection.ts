/** What every kind of channel can do: send, and some of them listen. */
import type { Channel } from '../owner-channel.js';

export type Outgoing = {
  /** The same for every attempt: what the receiver may recognise a repetition by. */
  readonly id: string;
  readonly about: string;
  readonly title: string;
  readonly text: string;
  readonly priority: string;
  /** For answers by words. */
  readonly code?: string;
  readonly link?: string;
  /** Milliseconds: when it is sent. */
  readonly time: number;
};

/** `failed`: later it may work. `refused`: this message never will. */
export type Sent =
  | { readonly kind: 'sent'; readonly message: string }
  | { readonly kind: 'refused'; readonly why: string }
  | {
      readonly kind: 'failed';
      readonly why: string;
      readonly retryAfterMs?: number;
      /** The connection broke after the message had left. */
      readonly mayHaveArrived?: boolean;
    };

export type Incoming = {
  /** The transport's id: the same again is the same message, delivered twice. */
  readonly message: string;
  readonly sender: string;
  readonly text: string;
  /** Found elsewhere than in the text: in the subject, or in the message that it replies to. */
  readonly code?: string;
  /** The transport's id of our message that it replies to. */
  readonly repliesTo?: string;
  /** It was written for somebody else, or by a program. */
  readonly flaw?: 'forwarded' | 'automatic';
};

/** Must not return before the message is handled for good: then it is acknowledged. */
export type Take = (incoming: Incoming) => Promise<void>;
export type Listening = {
  readonly take: Take;
  readonly cursor: string;
  /** Everything before it is handled. */
  readonly keepCursor: (cursor: string) => void;
  readonly signal: AbortSignal;
  /** Called once, when the channel has answered. */
  readonly connected: () => void;
  /** How long to wait for messages, in milliseconds; 0: take what is there. */
  readonly patienceMs: number;
};

export type Connection = {
  send(message: Outgoing, signal: AbortSignal): Promise<Sent>;
  /** Takes what has come, in order. */
  receive?(listening: Listening): Promise<void>;
  /** Until the signal, where messages are pushed and not fetched. */
  listen?(listening: Listening): Promise<void>;
  /** Says something to the sender of a message. */
  reply?(incoming: Incoming, text: string, signal: AbortSignal): Promise<void>;
  close?(): void;
};

export type ConnectionPlace = {
  readonly root: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** In milliseconds. */
  readonly now: () => number;
};
export type Connect = (channel: Channel, place: ConnectionPlace) => Connection;
