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
import { sealedTask } from './mesh-sealed.js';
import type { Bench, Result } from './result.js';

const WORKERS = 8;
const FEW = 104;
const MANY = 10_000;
const ROUNDS = 5;
/** Claims in one round, of many that wait. */
const SLICE = 800;
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
    mkdirSync(join(directory, 'sealed'));
    try {
      const sealed = await sealedTask(join(directory, 'sealed'));
      return [...(await claims(place)), ...(await queueRun(queue)), sealed];
    } finally {
      await place.stop();
    }
  },
};

async function claims(place: BenchMesh): Promise<readonly Result[]> {
  const kv = await new Kvm(place.connection).open(BUCKET.tasks);
  await queued(place, kv, 'warm', FEW);
  await claimed(place, FEW);
  const few = await inTurns(async (round) => {
    await queued(place, kv, `few${round}`, FEW);
    const rate = await claimed(place, FEW);
    return [rate, await swapped(place, kv, `f${round}`, FEW)];
  });
  await queued(place, kv, 'many', MANY);
  const many = await inTurns(async (round) => {
    const rate = await claimed(place, SLICE);
    return [rate, await swapped(place, kv, `m${round}`, SLICE)];
  });
  return [
    atLeast(`claims by ${WORKERS} processes, ${MANY} queued`, many, LEAST),
    atLeast(`claims by ${WORKERS} processes, ${FEW} queued`, few, LEAST),
    flat(many, few),
  ];
}

type Rates = { readonly rate: number; readonly floor: number };

/** Medians of rounds in which both are measured one after the other. */
async function inTurns(
  round: (number: number) => Promise<readonly [number, number]>,
): Promise<Rates> {
  const seen: (readonly [number, number])[] = [];
  for (let number = 0; number < ROUNDS; number++) seen.push(await round(number));
  const [, floor] = middle(seen, ([, each]) => each);
  const ratio = middle(seen, ([rate, each]) => rate / each);
  return { rate: (ratio[0] / ratio[1]) * floor, floor };
}

function middle<T>(all: readonly T[], by: (each: T) => number): T {
  const sorted = [...all].sort((a, b) => by(a) - by(b));
  const found = sorted[Math.floor(sorted.length / 2)];
  if (found === undefined) throw new Error('nothing was measured');
  return found;
}

async function queued(place: BenchMesh, kv: KV, name: string, count: number): Promise<void> {
  const stream = jetstream(place.connection, { checkAPI: false });
  const tasks = Array.from({ length: count }, (_, i) => `${name}-${i}`);
  await inGroups(tasks, async (task) => {
    const key = taskKey('lead', task);
    const entry = await queue(place, kv, task);
    await stream.publish(wakeSubject('any', 'normal'), wakeText(key, entry));
  });
}

/** @returns claims a second. @throws Error if one was claimed twice, or not. */
async function claimed({ workers }: BenchMesh, count: number): Promise<number> {
  const most = Math.ceil(count / WORKERS);
  const orders = workers.map(() => ({ kind: 'claim' as const, most }));
  const done = await orderAll(workers, orders);
  const keys = done.flatMap((each) => each.keys);
  if (keys.length < count || new Set(keys).size !== keys.length)
    throw new Error(`${count} tasks were claimed ${keys.length} times`);
  return (keys.length / Math.max(...done.map((each) => each.ms))) * 1000;
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

function atLeast(name: string, { rate, floor }: Rates, limit: number): Result {
  return {
    name,
    figure: `${rate.toFixed(0)}/s`,
    against: `compare-and-swap ${floor.toFixed(0)}/s`,
    ratio: `${(rate / floor).toFixed(2)}x`,
    limit: `>= ${limit}x`,
    met: rate / floor >= limit,
  };
}

/** Each against its own floor, because the machine is not the same all the time. */
function flat(many: Rates, few: Rates): Result {
  const [a, b] = [many.rate / many.floor, few.rate / few.floor];
  return {
    name: `a claim with ${MANY} queued against ${FEW}`,
    figure: `${a.toFixed(2)}x`,
    against: `${b.toFixed(2)}x`,
    ratio: `${(a / b).toFixed(2)}x`,
    limit: `>= ${FLAT}x`,
    met: a / b >= FLAT,
  };
}
