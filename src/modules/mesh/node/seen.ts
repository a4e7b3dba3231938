/**
 * What the service of this workspace knows of the mesh, in `STATE/mesh/seen.json`: commands and
 * pages answer from it at once, without a connection, and say how old it is. Times are of this
 * machine's clock.
 */
import { join } from 'node:path';
import { makeDirectory } from '../../../workspace/durable.js';
import { readJson, writeJsonDurably } from '../../../workspace/state-home.js';
import { meshDirectory } from '../identity.js';
import type { Announcement } from './announcement.js';

export const SEEN_EVERY_MS = 10_000;
/** A service that is alive has written since. */
const SERVICE_GONE_MS = 3 * SEEN_EVERY_MS;
/** One that does not reach the server tries again after longer and longer pauses. */
const TRIES_AGAIN_MS = 15 * 60_000;

/** `deaf`: connected once, but what it sends does not come back now. */
export type ConnectionState = 'connected' | 'deaf' | 'unreached' | 'stopped';
export type SeenNode = Omit<Announcement, 'node' | 'seq' | 'time'> & {
  readonly id: string;
  readonly heardAt: number;
};
export type Seen = {
  readonly schema: 1;
  readonly node: string;
  readonly url: string;
  readonly writtenAt: number;
  readonly connection: ConnectionState;
  /** Milliseconds: since when. */
  readonly since: number;
  /** Such as `nats-server 2.15.2`. */
  readonly server?: string;
  readonly why?: string;
  readonly nodes: readonly SeenNode[];
};

export function seenPath(state: string): string {
  return join(meshDirectory(state), 'seen.json');
}

/** Changes only when a node's state does, so that open pages learn that and no more. */
export const STATES_FILE = 'mesh/states.json';

export function readSeen(state: string): Seen | undefined {
  return readJson<Seen>(seenPath(state));
}

export function writeSeen(state: string, seen: Seen): void {
  makeDirectory(meshDirectory(state), 0o700);
  writeJsonDurably(seenPath(state), seen);
}

/** The server was not reached, or the service ends: what was known before stays known. */
export function writeDisconnected(
  state: string,
  now: number,
  { node, url, connection, why }: Pick<Seen, 'node' | 'url' | 'connection' | 'why'>,
): void {
  const before = readSeen(state);
  const isSame = before?.url === url && before.node === node;
  writeSeen(state, {
    schema: 1,
    node,
    url,
    writtenAt: now,
    connection,
    since: isSame && before.connection === connection ? before.since : now,
    nodes: isSame ? before.nodes : [],
    ...(why === undefined ? {} : { why }),
  });
}

/** Whether the service that wrote it still runs, as far as can be told. */
export function isServed({ writtenAt, connection }: Seen, now: number): boolean {
  const age = now - writtenAt;
  const longest = connection === 'unreached' ? TRIES_AGAIN_MS : SERVICE_GONE_MS;
  return connection !== 'stopped' && Math.abs(age) < longest;
}
