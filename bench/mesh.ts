/**
 * Tasks of a mesh and eight processes that claim them: against compare-and-swap by the client on
 * the same server, and with few and many that wait.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { jetstream } from '@nats-io/jetstream';
import { type KV, Kvm } from '@nats-io/kv';
import type { Entry } from '../src/modules/mesh/tasks/judge-record.js';
import type { TaskRecord } from '../src/modules/mesh/tasks/task.js';
import { wakeText } from '../src/modules/mesh/tasks/wake-ups.js';
import { signValue } from '../src/modules/mesh/wire/jws.js';
import { BUCKET, taskKey, wakeSubject } from '../src/modules/mesh/wire/names.js';
import { type BenchMesh, benchMesh, orderAll } from './mesh-nodes.js';
import { queueRun } from './mesh-queue.js';
import type { Bench, Result } from './result.js';

const WORKERS = 8;
const FEW = 100;
const MANY = 10_000;
const FEW_ROUNDS = 5;
/** Of the floor. */
const LEAST = 0.5;
/** Few against many that wait. */
const FLAT = 0.75;

export const mesh: Bench = {
  name: 'mesh',
  async run(directory): Promise<readonly Result[]> {
    const state = join(directory, 'lead');
    mkdirSync(state, { recursive: true });
    mkdirSync(join(directory, 'claims'));
    const place = await benchMesh(join(directory, 'claims'), state, WORKERS);
    const queue = join(directory, 'queue');
    mkdirSync(queue);
    try {
      return [...(await claims(place)), ...(await queueRun(queue))];
    } finally {
      await place.stop();
    }
  },
};

async function claims(place: BenchMesh): Promise<readonly Result[]> {
  const kv = await new Kvm(place.connection).open(BUCKET.tasks);
  await claimed(place, kv, 'warm', FEW);
  const floors = [await swapped(place, kv, 'a', 1_000)];
  let [few, fewMs] = [0, 0];
  for (let round = 0; round < FEW_ROUNDS; round++) {
    const done = await claimed(place, kv, `few${round}`, FEW);
    few += FEW;
    fewMs += done;
  }
  floors.push(await swapped(place, kv, 'b', 1_000));
  const manyMs = await claimed(place, kv, 'many', MANY);
  floors.push(await swapped(place, kv, 'c', 1_000));
  const floor = floors.reduce((sum, each) => sum + each, 0) / floors.length;
  const [rateFew, rateMany] = [(few / fewMs) * 1000, (MANY / manyMs) * 1000];
  return [
    atLeast(`claims by ${WORKERS} processes, ${MANY} queued`, rateMany, { floor, limit: LEAST }),
    atLeast(`claims by ${WORKERS} processes, ${FEW} queued`, rateFew, { floor, limit: LEAST }),
    atLeast('claims with many queued against few', rateMany, {
      floor: rateFew,
      limit: FLAT,
      floorName: `${FEW} queued`,
    }),
  ];
}

/** @returns how long all of it took, in milliseconds. @throws Error if one was claimed twice. */
async function claimed(place: BenchMesh, kv: KV, name: string, count: number): Promise<number> {
  const stream = jetstream(place.connection, { checkAPI: false });
  const tasks = Array.from({ length: count }, (_, i) => `${name}-${i}`);
  await inGroups(tasks, async (task) => {
    const key = taskKey('lead', task);
    const entry = await queue(place, kv, task);
    await stream.publish(wakeSubject('any', 'normal'), wakeText(key, entry));
  });
  const done = await orderAll(
    place.workers,
    place.workers.map(() => ({ kind: 'claim' })),
  );
  const ms = Math.max(...done.map((each) => each.ms));
  const keys = done.flatMap((each) => each.keys);
  if (keys.length !== count || new Set(keys).size !== count)
    throw new Error(`${count} tasks were claimed ${keys.length} times`);
  return ms;
}

/** @returns compare-and-swaps a second. */
async function swapped(place: BenchMesh, kv: KV, name: string, count: number): Promise<number> {
  const keys: (readonly [string, number])[] = [];
  await inGroups(
    Array.from({ length: count }, (_, i) => `raw.${name}-${i}`),
    async (key) => void keys.push([key, await kv.create(key, 'x'.repeat(700))]),
  );
  const orders = place.workers.map((_, worker) => ({
    kind: 'swap' as const,
    keys: keys.filter((__, i) => i % WORKERS === worker),
  }));
  const done = await orderAll(place.workers, orders);
  return (count / Math.max(...done.map((each) => each.ms))) * 1000;
}

async function queue({ lead }: BenchMesh, kv: KV, task: string): Promise<Entry> {
  const record: TaskRecord = {
    task,
    owner: 'lead',
    package: 'a'.repeat(64),
    lane: 'any',
    band: 'normal',
    state: 'queued',
    attempt: 1,
    leftOut: [],
  };
  const text = signValue('task', { node: lead.node, key: lead.key }, record);
  return { text, revision: await kv.create(taskKey('lead', task), text) };
}

async function inGroups<T>(all: readonly T[], act: (each: T) => Promise<void>): Promise<void> {
  for (let from = 0; from < all.length; from += 64)
    await Promise.all(all.slice(from, from + 64).map(act));
}

function atLeast(
  name: string,
  rate: number,
  {
    floor,
    limit,
    floorName = 'compare-and-swap',
  }: {
    readonly floor: number;
    readonly limit: number;
    readonly floorName?: string;
  },
): Result {
  const ratio = rate / floor;
  return {
    name,
    figure: `${rate.toFixed(0)}/s`,
    against: `${floorName} ${floor.toFixed(0)}/s`,
    ratio: `${ratio.toFixed(2)}x`,
    limit: `>= ${limit}x`,
    met: ratio >= limit,
  };
}
