/** What the mesh keeps on the server; made by the lead's administrator, safe to make again. */
import type { NatsConnection } from '@nats-io/transport-node';
import {
  AckPolicy,
  JetStreamApiError,
  type JetStreamManager,
  jetstreamManager,
  RetentionPolicy,
  StorageType,
} from '@nats-io/jetstream';
import { Kvm } from '@nats-io/kv';
import { Objm } from '@nats-io/obj';
import { BANDS, BUCKET, wakeConsumer, WAKE_STREAM, wakeSubject } from '../wire/names.js';

const HOUR_NS = 3_600_000_000_000;
/** How long packages and change sets stay; both can be sent again from the files. */
const OBJECT_DAYS = 14;
const WAKE_HOURS = 24;
/** A wake-up that nobody acknowledged is delivered again. */
const ACK_WAIT_NS = 30_000_000_000;
export const MAX_DELIVERIES = 20;
const OTHER_CONFIGURATION = 10058;

export async function createStreams(admin: NatsConnection): Promise<void> {
  const kvm = new Kvm(admin);
  await kvm.create(BUCKET.tasks, { history: 1 });
  await kvm.create(BUCKET.nodes, { history: 1 });
  await kvm.create(BUCKET.roster, { history: 1 });
  await kvm.create(BUCKET.lanes, { history: 1 });
  await new Objm(admin).create(BUCKET.objects, { ttl: OBJECT_DAYS * 24 * HOUR_NS });
  const manager = await jetstreamManager(admin);
  await createWakeStream(manager);
  await createLane(admin, 'any', []);
  const lanes = await new Kvm(admin).open(BUCKET.lanes);
  for await (const lane of await lanes.keys()) await addConsumers(manager, lane);
}

/**
 * In memory: on the disk it would double what a claim costs. A server that restarts has lost it,
 * and the owners wake again what waits.
 */
async function createWakeStream(manager: JetStreamManager): Promise<void> {
  const wakes = {
    name: WAKE_STREAM,
    subjects: ['mesh.wake.*.*'],
    storage: StorageType.Memory,
    retention: RetentionPolicy.Workqueue,
    duplicate_window: 120_000_000_000,
    // One that was delivered in vain too often stays; its owner wakes again.
    max_age: WAKE_HOURS * HOUR_NS,
  };
  try {
    await manager.streams.add(wakes);
  } catch (error) {
    if (!(error instanceof JetStreamApiError) || error.code !== OTHER_CONFIGURATION) throw error;
    // An earlier version kept it on the disk.
    await manager.streams.delete(WAKE_STREAM);
    await manager.streams.add(wakes);
  }
}

/** The consumers of a lane, and the entry by which nodes know what it needs. */
export async function createLane(
  admin: NatsConnection,
  lane: string,
  tags: readonly string[],
): Promise<void> {
  await addConsumers(await jetstreamManager(admin), lane);
  const lanes = await new Kvm(admin).open(BUCKET.lanes);
  await lanes.put(lane, JSON.stringify(tags));
}

async function addConsumers(manager: JetStreamManager, lane: string): Promise<void> {
  for (const band of BANDS)
    await manager.consumers.add(WAKE_STREAM, {
      durable_name: wakeConsumer(lane, band),
      filter_subject: wakeSubject(lane, band),
      ack_policy: AckPolicy.Explicit,
      ack_wait: ACK_WAIT_NS,
      max_deliver: MAX_DELIVERIES,
      max_ack_pending: -1,
    });
}
