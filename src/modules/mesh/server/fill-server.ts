/** What the server has to have, made again after it was lost: streams, lanes, the roster. */
import type { NatsConnection } from '@nats-io/transport-node';
import { Kvm } from '@nats-io/kv';
import { keptRosterText } from '../roster.js';
import { BUCKET } from '../wire/names.js';
import { createStreams } from './create-streams.js';

export async function fillServer(admin: NatsConnection, state: string): Promise<void> {
  await createStreams(admin);
  await publishRoster(admin, state);
}

/** For the nodes that watch it. */
export async function publishRoster(admin: NatsConnection, state: string): Promise<void> {
  const text = keptRosterText(state);
  if (text === undefined) return;
  const bucket = await new Kvm(admin).open(BUCKET.roster);
  const there = await bucket.get('roster');
  if (there?.string() !== text) await bucket.put('roster', text);
}
