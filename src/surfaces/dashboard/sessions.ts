/**
 * Who may look: a link that works once makes a session, whose cookie is kept by its hash in the
 * state directory, so that a restart of the server ends no session.
 */
import { createHmac, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { sha256 } from '../../kernel/hash.js';
import { stamp } from '../../kernel/clock.js';
import type { Workspace } from '../../workspace/types.js';
import { readJson, writeJsonDurably } from '../../workspace/state-home.js';

/** `id`: for lists. `hash`: SHA-256 of the cookie. */
export type Session = {
  readonly id: string;
  readonly hash: string;
  readonly since: string;
  readonly agent: string;
};
const FILE = 'dashboard-sessions.json';
const MOST = 50;

export class Sessions {
  #links = new Set<string>();
  readonly #workspace: Pick<Workspace, 'state' | 'clock'>;

  constructor(workspace: Pick<Workspace, 'state' | 'clock'>) {
    this.#workspace = workspace;
  }

  /** The token of a link. It works once, and only in this process. */
  newLink(): string {
    const token = randomBytes(24).toString('base64url');
    this.#links.add(sha256(token));
    return token;
  }

  /** The cookie of a new session; nothing for a link that was used or never given. */
  useLink(token: string, agent: string): string | undefined {
    if (!this.#links.delete(sha256(token))) return undefined;
    const cookie = randomBytes(32).toString('base64url');
    const session = {
      id: randomBytes(4).toString('hex'),
      hash: sha256(cookie),
      since: stamp(this.#workspace.clock.now()),
      agent: agent.slice(0, 120),
    };
    writeJsonDurably(this.#path, [...this.list(), session].slice(-MOST));
    return cookie;
  }

  find(cookie: string | undefined): Session | undefined {
    if (cookie === undefined) return undefined;
    const hash = sha256(cookie);
    return this.list().find((session) => session.hash === hash);
  }

  list(): readonly Session[] {
    return (readJson(this.#path) as readonly Session[] | undefined) ?? [];
  }

  get #path(): string {
    return join(this.#workspace.state, FILE);
  }
}

/** What a form of this session sends back. */
export function csrfOf(cookie: string): string {
  return createHmac('sha256', cookie).update('form').digest('base64url');
}
