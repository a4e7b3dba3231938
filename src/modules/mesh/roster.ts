/**
 * Who is in the mesh: one document that the lead signs. A node takes only a newer one than the one
 * it has, and keeps it on disk, so a server that is lost or lies changes nothing about who is who.
 */
import { join } from 'node:path';
import { readJson, writeJsonDurably } from '../../workspace/state-home.js';
import { meshDirectory } from './identity.js';
import { keyAfter } from './hand-over.js';
import { type KeyOf, publicKeyOf, readSigned, unverifiedBody } from './wire/jws.js';
import { MeshRefusal } from './wire/refusal.js';

export type RosterNode = {
  readonly id: string;
  /** Public signing key. */
  readonly key: string;
  /** Public nkey of the log-in. */
  readonly login: string;
  /** What it may say that it has; the lead's owner grants them. */
  readonly tags: readonly string[];
  readonly joined: string;
  readonly revoked?: string;
};
export type Roster = {
  readonly mesh: string;
  readonly lead: string;
  /** Increases with each change. */
  readonly version: number;
  readonly nodes: readonly RosterNode[];
  /** With which the last lead named this one, as that one signed it. */
  readonly handOver?: string;
};
type Kept = { readonly leadKey: string; readonly text: string };

/** @param leadKey of the lead, as the join token had it. @throws MeshRefusal */
export function openRoster(text: string, leadKey: string): Roster {
  const key = publicKeyOf(leadKey);
  const { from, body } = readSigned('roster', text, () => key);
  const roster = body as Roster;
  if (roster.lead !== from)
    throw new MeshRefusal('forged', `a roster of ${roster.lead} signed by ${from}`);
  return roster;
}

export function keptRoster(state: string): Roster | undefined {
  const kept = readJson<Kept>(rosterPath(state));
  return kept === undefined ? undefined : openRoster(kept.text, kept.leadKey);
}

/** As it was signed, to pass it on. */
export function keptRosterText(state: string): string | undefined {
  return readJson<Kept>(rosterPath(state))?.text;
}

/** The key that signs rosters, as the join token had it. */
export function leadKeyOf(state: string): string | undefined {
  return readJson<Kept>(rosterPath(state))?.leadKey;
}

/** Keeps it if it is newer than what is kept. @throws MeshRefusal */
export function takeRoster(state: string, text: string, leadKey?: string): Roster {
  const kept = readJson<Kept>(rosterPath(state));
  const before = kept === undefined ? undefined : openRoster(kept.text, kept.leadKey);
  const known = leadKey ?? kept?.leadKey;
  if (known === undefined)
    throw new MeshRefusal('unknown-node', 'the key of the lead is not known');
  const { handOver } = unverifiedBody(text) as Partial<Roster>;
  const key = before === undefined ? known : keyAfter(handOver, known, before);
  const roster = openRoster(text, key);
  if (before !== undefined && before.mesh !== roster.mesh && leadKey === undefined)
    throw new MeshRefusal('not-for-us', `a roster of ${roster.mesh}, and this is ${before.mesh}`);
  if (before !== undefined && before.mesh === roster.mesh && before.version >= roster.version)
    return before;
  writeJsonDurably(rosterPath(state), { leadKey: key, text } satisfies Kept);
  return roster;
}

const known = new WeakMap<Pick<Roster, 'nodes'>, KeyOf>();

/** Of nodes that are not revoked. Each message asks, so they are read once. */
export function keysOf(roster: Pick<Roster, 'nodes'>): KeyOf {
  const before = known.get(roster);
  if (before !== undefined) return before;
  const keys = new Map(
    roster.nodes
      .filter(({ revoked }) => revoked === undefined)
      .map(({ id, key }) => [id, publicKeyOf(key)] as const),
  );
  const keyOf: KeyOf = (node) => keys.get(node);
  known.set(roster, keyOf);
  return keyOf;
}

function rosterPath(state: string): string {
  return join(meshDirectory(state), 'roster.json');
}
