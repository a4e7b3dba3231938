/**
 * Messages between nodes: signed, for one receiver, each taken once. A receiver makes up a session
 * id when it starts and announces it; a message names it, so nothing that was recorded before is
 * taken after a restart. Within a session a window over the sender's sequence numbers refuses what
 * came before (as in RFC 4303, 3.4.3), whatever the clocks say.
 */
import { randomBytes } from 'node:crypto';
import { type KeyOf, readSigned, signValue } from './jws.js';
import { MeshRefusal } from './refusal.js';
import type { MessageKind } from './names.js';
import type { Identity } from '../identity.js';

/** Messages may arrive in another order, but not by more than this. */
const WINDOW = 1024;
/** Starts of one sender while this node runs, all of which have to be remembered. */
const MOST_SESSIONS = 4096;
const SESSION = /^[\w-]{1,64}$/;
/** What one message may have; larger things go through the object store. */
export const LARGEST_MESSAGE = 512 * 1024;

export type Message = {
  readonly kind: MessageKind;
  readonly from: string;
  readonly to: string;
  readonly payload: unknown;
};
type Sealed = {
  readonly kind: MessageKind;
  readonly to: string;
  /** Of the receiver; empty where it is not known, which only an answer with its number allows. */
  readonly session: string;
  /** Of the sender; its numbers begin with 1 in each. */
  readonly own: string;
  readonly seq: number;
  readonly nonce: string;
  readonly payload: unknown;
};

export function newSession(): string {
  return randomBytes(12).toString('base64url');
}

export class Sealer {
  readonly #identity: Identity;
  readonly session: string;
  readonly #last = new Map<string, number>();

  constructor(identity: Identity, session: string) {
    this.#identity = identity;
    this.session = session;
  }

  /** @param receiver its node and the session that it announced. @throws MeshRefusal `too-large` */
  seal(
    kind: MessageKind,
    receiver: { readonly node: string; readonly session: string },
    payload: unknown,
  ): string {
    const seq = (this.#last.get(receiver.node) ?? 0) + 1;
    const sealed: Sealed = {
      kind,
      to: receiver.node,
      session: receiver.session,
      own: this.session,
      seq,
      nonce: randomBytes(9).toString('base64url'),
      payload,
    };
    const text = signValue(
      'message',
      { node: this.#identity.node, key: this.#identity.key },
      sealed,
    );
    if (text.length > LARGEST_MESSAGE)
      throw new MeshRefusal(
        'too-large',
        `the message has ${text.length} bytes, not at most ${LARGEST_MESSAGE}`,
      );
    this.#last.set(receiver.node, seq);
    return text;
  }
}

type Window = {
  own: string;
  highest: number;
  readonly seen: Set<number>;
  readonly past: Set<string>;
};

export class Opener {
  readonly #node: string;
  readonly #keyOf: KeyOf;
  readonly session: string;
  readonly #windows = new Map<string, Window>();

  constructor(node: string, session: string, keyOf: KeyOf) {
    this.#node = node;
    this.session = session;
    this.#keyOf = keyOf;
  }

  /** @throws MeshRefusal why it is not taken. */
  open(text: string): Message {
    if (text.length > LARGEST_MESSAGE)
      throw new MeshRefusal('too-large', `a message of ${text.length} bytes`);
    const { from, body } = readSigned('message', text, this.#keyOf);
    const sealed = body as Partial<Sealed> | null;
    if (
      typeof sealed?.kind !== 'string' ||
      typeof sealed.own !== 'string' ||
      !SESSION.test(sealed.own) ||
      !Number.isSafeInteger(sealed.seq)
    )
      throw new MeshRefusal(
        'malformed',
        `a message from ${from} without a kind, a session or a number`,
      );
    if (sealed.to !== this.#node)
      throw new MeshRefusal('not-for-us', `a message of ${from} for ${sealed.to}`);
    if (sealed.session !== this.session)
      throw new MeshRefusal('old-session', `a message of ${from} for an earlier session`);
    this.#take(from, sealed.own, sealed.seq as number);
    return { kind: sealed.kind, from, to: sealed.to, payload: sealed.payload };
  }

  #take(from: string, own: string, seq: number): void {
    const window = this.#windowOf(from, own);
    if (seq < 1 || seq <= window.highest - WINDOW || window.seen.has(seq))
      throw new MeshRefusal('replayed', `message ${seq} of ${from} was here before`);
    window.seen.add(seq);
    if (seq <= window.highest) return;
    window.highest = seq;
    for (const old of window.seen) if (old <= seq - WINDOW) window.seen.delete(old);
  }

  /** A sender that has restarted begins with 1 again; its earlier sessions are over. */
  #windowOf(from: string, own: string): Window {
    const window = this.#windows.get(from);
    if (window?.own === own) return window;
    if (window?.past.has(own) === true)
      throw new MeshRefusal('replayed', `a message of an earlier session of ${from}`);
    const past = window?.past ?? new Set<string>();
    if (past.size >= MOST_SESSIONS)
      throw new MeshRefusal('too-large', `${from} has had ${past.size} sessions`);
    if (window !== undefined) past.add(window.own);
    const made = { own, highest: 0, seen: new Set<number>(), past };
    this.#windows.set(from, made);
    return made;
  }
}
