/** What the meter must know of a protocol to bound a call, and to read what it used. */
import type { Counted, Protocol as ProtocolName } from '../../ledger/types.js';

/** A parsed JSON object. */
export type Json = Readonly<Record<string, unknown>>;

/** A request whose worst case is known. */
export type Bounded = {
  readonly kind: 'bounded';
  readonly model: string;
  readonly isStream: boolean;
  /** The output limit of the request; `undefined`: it has none. */
  readonly maxOutput: number | undefined;
  /** The least output that is worth asking for. */
  readonly smallest: number;
  /** How many answers of that length it asks for. */
  readonly choices: number;
  /** Input tokens that are not in the bytes of the request: images, and what the upstream adds. */
  readonly extraTokens: number;
  readonly writesCache: boolean;
  /** Parameters that are not sent, because nobody knows what they cost. */
  readonly leftOut: readonly string[];
};
/** `param`: the field of the request that the reason is about. */
export type Unbounded = {
  readonly kind: 'unbounded';
  readonly why: string;
  readonly param: string;
};

export type SentRequest = {
  readonly maxOutput: number;
  /** For an upstream that has two names for the output limit. */
  readonly host: string;
};

/** Reads one answer, whole or as events. */
export interface AnswerReader {
  whole(body: Json): void;
  /** The data of one event of a stream, in order. */
  event(data: string): EventReading;
  /** The usage that the upstream states for the complete answer, if it can be true. */
  usage(): Counted | undefined;
  /** The hash of what the model wrote. */
  digest(): string;
}
/** `isHidden`: the client did not ask for it. `isLast`: only the end of the stream follows. */
export type EventReading = { readonly isHidden: boolean; readonly isLast: boolean };

export interface Protocol {
  readonly name: ProtocolName;
  readonly path: `/v1/${string}`;
  /** Whose error shape and header for the key its clients expect. */
  readonly family: 'openai' | 'anthropic';
  bound(body: Json, headers: Headers): Bounded | Unbounded;
  /** The request as it is sent: with its output limit, and asking for usage. */
  limited(body: Json, sent: SentRequest): Json;
  /** The request with a note for the agent at its end; `undefined`: it has no place for one. */
  withNote(body: Json, note: string): Json | undefined;
  reader(body: Json): AnswerReader;
}
