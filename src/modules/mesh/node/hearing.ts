/**
 * Which announcement of each node counts, and when it was heard. What the server kept from before
 * this node was connected is as old as the server says, compared with our own announcement: no
 * other node's clock decides anything.
 */
import { ANNOUNCE_MS, type Announcement } from './announcement.js';
import { worksWithUs } from './read-announcement.js';

/** Our own announcement has not come back for so long: we do not hear. */
export const DEAF_MS = 3 * ANNOUNCE_MS;
/** Starts of one node while this one runs, all of which have to be remembered. */
const MOST_SESSIONS = 4096;

/** An announcement and when the server took it, by the server's clock, in milliseconds. */
export type Entry = { readonly announcement: Announcement; readonly takenAt: number };
export type Heard = {
  readonly announcement: Announcement;
  /** By this node's clock, in milliseconds. */
  readonly heardAt: number;
};
type Own = { readonly node: string; readonly session: string };

export class Hearing {
  readonly #own: Own;
  readonly #now: () => number;
  readonly #all = new Map<string, Heard>();
  /** Of those that can work with us. */
  readonly #heard = new Map<string, Heard>();
  readonly #past = new Map<string, Set<string>>();
  #pending: Entry[] = [];
  /** The first number of our own announcements that tells how late it is on the server. */
  #awaited = 1;
  #echoAt: number | undefined;
  #since = 0;

  constructor(own: Own, now: () => number) {
    this.#own = own;
    this.#now = now;
  }

  /** Those of another version of the protocol are missing. */
  get heard(): ReadonlyMap<string, Heard> {
    return this.#heard;
  }

  get all(): ReadonlyMap<string, Heard> {
    return this.#all;
  }

  /**
   * Since when it hears without a gap; nothing while it does not. A machine that slept, or whose
   * clock was put forward, begins again.
   */
  get since(): number | undefined {
    return this.#isDeaf() ? undefined : this.#since;
  }

  /** The connection broke: what comes next may be old. @param next our next announcement. */
  lose(next: number): void {
    this.#awaited = next;
    this.#echoAt = undefined;
    this.#pending = [];
  }

  forget(node: string): void {
    this.#all.delete(node);
    this.#heard.delete(node);
  }

  /** In the order of the server. */
  take(entry: Entry): void {
    const { announcement } = entry;
    if (announcement.node === this.#own.node) this.#takeOwn(entry);
    else if (this.#echoAt === undefined) this.#pending.push(entry);
    else this.#keep(announcement, this.#now());
  }

  #takeOwn({ announcement: { session, seq }, takenAt }: Entry): void {
    if (session !== this.#own.session || seq < this.#awaited) return;
    const now = this.#now();
    if (this.#isDeaf()) this.#since = now;
    this.#echoAt = now;
    for (const entry of this.#pending)
      this.#keep(entry.announcement, now - Math.max(0, takenAt - entry.takenAt));
    this.#pending = [];
  }

  #isDeaf(): boolean {
    const gap = this.#now() - (this.#echoAt ?? Number.NEGATIVE_INFINITY);
    return gap < 0 || gap >= DEAF_MS;
  }

  #keep(announcement: Announcement, heardAt: number): void {
    const { node, session, seq } = announcement;
    const before = this.#all.get(node)?.announcement;
    if (before?.session === session && before.seq >= seq) return;
    const past = this.#past.get(node) ?? new Set();
    // A process that ends late must not speak for the one that has taken its place.
    if (past.has(session)) return;
    if (before !== undefined && before.session !== session) {
      if (past.size >= MOST_SESSIONS) return;
      past.add(before.session);
    }
    this.#past.set(node, past);
    this.#all.set(node, { announcement, heardAt });
    if (worksWithUs(announcement)) this.#heard.set(node, { announcement, heardAt });
    else this.#heard.delete(node);
  }
}
