/** Invitations of the lead: each lets one node in, once, until it expires. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { readJson, writeJsonDurably } from '../../../workspace/state-home.js';
import type { RosterNode } from '../roster.js';
import { serverDirectory } from '../server/lead-files.js';

export type Invite = {
  readonly id: string;
  /** Public nkey of the login that works once. */
  readonly login: string;
  /** What the node that joins may say that it has. */
  readonly tags: readonly string[];
  readonly expires: string;
  /** The node that used it. */
  readonly used?: string;
  /** As it enters the roster, which follows: a crash in between uses the token up, and no more. */
  readonly node?: RosterNode;
};

/** Used and expired ones stay this long, so that a second use is told from an unknown token. */
const KEPT_MS = 30 * 86_400_000;

export function readInvites(state: string): readonly Invite[] {
  return readJson<readonly Invite[]>(invitesPath(state)) ?? [];
}

/** Those that can still be used. */
export function openInvites(state: string, now: Date): readonly Invite[] {
  return readInvites(state).filter(
    ({ used, expires }) => used === undefined && now.getTime() < Date.parse(expires),
  );
}

/** Call it under the commit mutex. */
export function addInvite(state: string, invite: Invite, now: Date): void {
  const kept = readInvites(state).filter(
    ({ expires }) => now.getTime() - Date.parse(expires) < KEPT_MS,
  );
  writeInvites(state, [...kept, invite]);
}

/** Call it under the commit mutex. */
export function markUsed(state: string, id: string, node: RosterNode): void {
  const mark = { used: node.id, node };
  writeInvites(
    state,
    readInvites(state).map((invite) => (invite.id === id ? { ...invite, ...mark } : invite)),
  );
}

export function inviteId(): string {
  return randomBytes(9).toString('hex');
}

function writeInvites(state: string, invites: readonly Invite[]): void {
  writeJsonDurably(invitesPath(state), invites);
}

function invitesPath(state: string): string {
  return join(serverDirectory(state), 'invites.json');
}
