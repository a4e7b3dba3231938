/**
 * Texts that are longer than one message: sent in parts, put together again by number, whatever
 * their order. What one node may leave unfinished is limited.
 */
import { CallError, isCallId, membersOf } from './call.js';

/** Characters: even if each is escaped, the signed message stays below the largest. */
export const PART_LENGTH = 48 * 1024;
/** Characters of one text: a request with a long conversation and pictures. */
const LONGEST_TEXT = 32 * 1024 * 1024;
const MOST_PARTS = Math.ceil(LONGEST_TEXT / PART_LENGTH);
/** Texts of one node that are not complete, and their characters. */
const MOST_UNFINISHED = 32;
const MOST_WAITING = 2 * LONGEST_TEXT;
/** Whose next part does not come for so long is given up when there is no room. */
const FORGOTTEN_MS = 60_000;

export type Part = {
  readonly call: string;
  readonly part: number;
  readonly of: number;
  readonly text: string;
};
export type Parcel = { readonly call: string; readonly text: string };
type Unfinished = {
  readonly texts: (string | undefined)[];
  missing: number;
  length: number;
  /** When its last part came, in milliseconds. */
  at: number;
};

/** @throws CallError `too-large` */
export function partsOf(call: string, text: string): readonly Part[] {
  if (text.length > LONGEST_TEXT)
    throw new CallError(
      'too-large',
      `it has ${text.length} characters; ${LONGEST_TEXT} are the most`,
    );
  return pieces(text).map((piece, part, all) => ({ call, part, of: all.length, text: piece }));
}

/** At least one. */
export function pieces(text: string): readonly string[] {
  const found: string[] = [];
  for (let from = 0; from < text.length || from === 0; from += PART_LENGTH)
    found.push(text.slice(from, from + PART_LENGTH));
  return found;
}

export class Parcels {
  readonly #unfinished = new Map<string, Map<string, Unfinished>>();
  readonly #now: () => number;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** The whole text with its last part. @throws CallError `malformed` or `busy` */
  take(from: string, payload: unknown): Parcel | undefined {
    const { call, part, of, text } = partIn(payload);
    if (of === 1) return { call, text };
    const all = this.#unfinished.get(from) ?? new Map<string, Unfinished>();
    this.#unfinished.set(from, all);
    const known = all.get(call) ?? { texts: Array<undefined>(of), missing: of, length: 0, at: 0 };
    if (known.texts.length !== of)
      throw new CallError('malformed', `the parts of ${call} do not agree how many there are`);
    if (!this.#hasRoom(all, call, text.length))
      throw new CallError('busy', `${all.size} texts of ${from} are not complete`);
    all.set(call, known);
    known.at = this.#now();
    if (known.texts[part] !== undefined) return undefined;
    known.texts[part] = text;
    known.length += text.length;
    known.missing -= 1;
    if (known.missing > 0) return undefined;
    all.delete(call);
    return { call, text: known.texts.join('') };
  }

  #hasRoom(all: Map<string, Unfinished>, call: string, length: number): boolean {
    const isFull = (): boolean => {
      const waiting = [...all.values()].reduce((sum, each) => sum + each.length, length);
      return waiting > MOST_WAITING || (!all.has(call) && all.size >= MOST_UNFINISHED);
    };
    if (isFull())
      for (const [other, { at }] of all)
        if (other !== call && this.#now() - at > FORGOTTEN_MS) all.delete(other);
    return !isFull();
  }

  /** What is left of a call that is over. */
  drop(from: string, call: string): void {
    this.#unfinished.get(from)?.delete(call);
  }
}

function partIn(payload: unknown): Part {
  const { call, part, of, text } = membersOf(payload);
  const isCount = Number.isSafeInteger(of) && Number(of) >= 1 && Number(of) <= MOST_PARTS;
  const isPart = Number.isSafeInteger(part) && Number(part) >= 0 && Number(part) < Number(of);
  if (!isCallId(call) || !isCount || !isPart || typeof text !== 'string')
    throw new CallError('malformed', 'a part of a call was expected');
  return { call, part: Number(part), of: Number(of), text };
}
