/**
 * Who may look at the dashboard: a link that works once makes a session. Both are files in the
 * state directory, named after the hash of what the browser has: so a restart of the server ends no
 * session, the first who removes a link's file has it, and what is revoked stays so, whatever
 * another process writes at that moment.
 */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { stamp } from '../kernel/clock.js';
import { NocturneError } from '../kernel/error.js';
import { sha256 } from '../kernel/hash.js';
import { makeDirectory, removeIfThere } from '../workspace/durable.js';
import { listIfThere, readTextIfThere } from '../workspace/read-if-there.js';
import { readJson, writeJsonDurably } from '../workspace/state-home.js';
import type { Workspace } from '../workspace/types.js';

/** `seen`: when it last asked for something, within some minutes. `agent`: as its browser says. */
export type Session = {
  readonly id: string;
  readonly since: string;
  readonly seen: string;
  readonly agent: string;
};
type Stored = Omit<Session, 'seen'>;

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
export const LINK_MINUTES = 10;
export const IDLE_DAYS = 7;
export const LONGEST_DAYS = 30;
/** The one that was idle longest goes. */
const MOST = 50;
const SEEN_EVERY_MS = 5 * MINUTE_MS;

export class Sessions {
  readonly #folder: string;
  readonly #now: () => Date;

  constructor({ state, clock }: Pick<Workspace, 'state' | 'clock'>) {
    this.#folder = join(state, 'dashboard');
    this.#now = () => clock.now();
    for (const name of ['links', 'sessions']) makeDirectory(join(this.#folder, name), 0o700);
  }

  /** The token of a link, which works once, for `LINK_MINUTES`. */
  newLink(): string {
    this.#removeOldLinks();
    const token = randomBytes(24).toString('base64url');
    const until = stamp(new Date(this.#now().getTime() + LINK_MINUTES * MINUTE_MS));
    writeJsonDurably(this.#link(sha256(token)), { until });
    return token;
  }

  /** The cookie of a new session; nothing for a link that was used, is old or was never given. */
  useLink(token: string, agent: string): string | undefined {
    const path = this.#link(sha256(token));
    const isValid = !isOver(readJson<{ until: string }>(path)?.until, this.#now());
    if (!removeIfThere(path) || !isValid) return undefined;
    const cookie = randomBytes(32).toString('base64url');
    const session: Stored = {
      id: randomBytes(4).toString('hex'),
      since: stamp(this.#now()),
      agent: agent.slice(0, 200),
    };
    for (const { id } of this.list().slice(MOST - 1)) this.revoke(id);
    writeJsonDurably(this.#session(sha256(cookie)), session);
    return cookie;
  }

  /** The session of a cookie, which has been seen now. */
  find(cookie: string): Session | undefined {
    const hash = sha256(cookie);
    const session = this.#read(hash);
    if (session === undefined) return undefined;
    const now = this.#now();
    if (now.getTime() - Date.parse(session.seen) > SEEN_EVERY_MS)
      writeJsonDurably(this.#seen(hash), stamp(now));
    return session;
  }

  /** Those that are valid, the one that was seen last first. */
  list(): readonly Session[] {
    return this.#hashes()
      .flatMap((hash) => this.#read(hash) ?? [])
      .sort((a, b) => b.seen.localeCompare(a.seen));
  }

  /** @throws NocturneError `NOT_FOUND`. */
  revoke(id: string): void {
    const hash = this.#hashes().find((candidate) => this.#read(candidate)?.id === id);
    if (hash === undefined)
      throw new NocturneError('NOT_FOUND', `there is no session "${id}" of the dashboard`, {
        hint: 'nocturne dashboard sessions lists them',
      });
    this.#remove(hash);
  }

  #read(hash: string): Session | undefined {
    const stored = readJson<Stored>(this.#session(hash));
    if (stored === undefined) return undefined;
    const seen = readJson<string>(this.#seen(hash)) ?? stored.since;
    const isIdle = isOver(daysAfter(seen, IDLE_DAYS), this.#now());
    if (!isIdle && !isOver(daysAfter(stored.since, LONGEST_DAYS), this.#now()))
      return { ...stored, seen };
    this.#remove(hash);
    return undefined;
  }

  #remove(hash: string): void {
    removeIfThere(this.#session(hash));
    removeIfThere(this.#seen(hash));
  }

  #removeOldLinks(): void {
    for (const name of listIfThere(join(this.#folder, 'links'))) {
      const path = join(this.#folder, 'links', name);
      const text = readTextIfThere(path) ?? '{}';
      const { until } = JSON.parse(text) as { until?: string };
      if (isOver(until, this.#now())) removeIfThere(path);
    }
  }

  #hashes(): readonly string[] {
    return listIfThere(join(this.#folder, 'sessions'))
      .filter((name) => /^[0-9a-f]{64}\.json$/.test(name))
      .map((name) => name.slice(0, 64));
  }

  #link(hash: string): string {
    return join(this.#folder, 'links', `${hash}.json`);
  }

  #session(hash: string): string {
    return join(this.#folder, 'sessions', `${hash}.json`);
  }

  #seen(hash: string): string {
    return join(this.#folder, 'sessions', `${hash}.seen`);
  }
}

function daysAfter(time: string, days: number): string {
  return stamp(new Date(Date.parse(time) + days * DAY_MS));
}

/** A time that cannot be read is over. */
function isOver(until: string | undefined, now: Date): boolean {
  return !(now.getTime() <= Date.parse(until ?? ''));
}
