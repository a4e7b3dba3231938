/**
 * The worker's side: claims tasks of others, names them while it works, and sends how they ended.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { messageOf } from '../../../kernel/error.js';
import { type KV, Kvm } from '@nats-io/kv';
import type { LiveNode } from '../node/live-node.js';
import type { Part } from '../node/mesh-service.js';
import { BUCKET } from '../wire/names.js';
import { Claimer } from './claimer.js';
import { Lanes } from './lanes.js';
import { WakeUps } from './wake-ups.js';
import { WorkerClaims } from './worker-claims.js';

/** Between two looks at claims and results. */
const LOOK_MS = 1_000;

export function workerPart(): Part {
  let claims: WorkerClaims | undefined;
  return {
    begin(node) {
      claims = new WorkerClaims(node, bucketOf(node));
    },
    presence: () => ({ running: claims?.running() ?? [] }),
    async run(node, signal) {
      if (claims === undefined) throw new Error('begin was not called');
      const lanes = new Lanes(node);
      await Promise.all([
        lanes.watch(signal),
        takeTasks(node, { claims, lanes, signal }),
        followAll(node, claims, signal),
      ]);
    },
  };
}

type Work = {
  readonly claims: WorkerClaims;
  readonly lanes: Lanes;
  readonly signal: AbortSignal;
};

/** As many as this node works on at once. */
async function takeTasks(node: LiveNode, { claims, lanes, signal }: Work): Promise<void> {
  const wakeUps = new WakeUps(node.connection, node.node);
  const satisfied = (): readonly string[] => lanes.satisfiedBy(grantedTags(node));
  const claimer = new Claimer({
    identity: node.identity,
    wakeUps,
    kv: bucketOf(node),
    keyOf: (id) => node.keyOf(id),
    lanes: satisfied,
    mayPropose: (owner) => node.may(owner, 'propose'),
    say: node.say,
  });
  while (!signal.aborted) {
    const capacity = node.settings()?.capacity ?? 0;
    const room = capacity - claims.busy();
    if (room <= 0) {
      wakeUps.rest();
      await pause(LOOK_MS, undefined, { signal }).catch(() => undefined);
      continue;
    }
    const record = await claimer.next(room).catch((error: unknown) => {
      node.say(`no task was claimed: ${messageOf(error)}`);
    });
    if (record === undefined) await wakeUps.wait(satisfied(), signal);
    else {
      claims.add(record);
      await lookOnce(node, claims);
    }
  }
  wakeUps.rest();
}

async function followAll(node: LiveNode, claims: WorkerClaims, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await lookOnce(node, claims);
    await pause(LOOK_MS, undefined, { signal }).catch(() => undefined);
  }
}

async function lookOnce(node: LiveNode, claims: WorkerClaims): Promise<void> {
  try {
    if (await claims.look()) await node.announce();
  } catch (error) {
    // The next look tries again.
    node.say(`the claims could not be looked at: ${messageOf(error)}`);
  }
}

/** What the lead has granted, whatever MESH.md says. */
function grantedTags({ roster, node }: LiveNode): readonly string[] {
  return roster.nodes.find(({ id }) => id === node)?.tags ?? [];
}

function bucketOf({ connection }: LiveNode): () => Promise<KV> {
  let bucket: Promise<KV> | undefined;
  return async () => {
    bucket ??= new Kvm(connection).open(BUCKET.tasks);
    try {
      return await bucket;
    } catch (error) {
      bucket = undefined;
      throw error;
    }
  };
}
