/**
 * One node of the bench in a process of its own. Arguments: what it does (`claim`, `swap`, `work`),
 * its folder with identity and roster, the address of the server. Waits for a word of its parent.
 */
import { type KV, Kvm } from '@nats-io/kv';
import { sha256 } from '../src/kernel/hash.js';
import { readIdentity } from '../src/modules/mesh/identity.js';
import { keptRoster, keysOf } from '../src/modules/mesh/roster.js';
import { Claimer } from '../src/modules/mesh/tasks/claimer.js';
import type { TaskRecord } from '../src/modules/mesh/tasks/task.js';
import { WakeUps } from '../src/modules/mesh/tasks/wake-ups.js';
import { connectMesh } from '../src/modules/mesh/wire/connect.js';
import { signValue } from '../src/modules/mesh/wire/jws.js';
import { BUCKET, taskKey } from '../src/modules/mesh/wire/names.js';
import type { RemoteChangeSet } from '../src/modules/mesh/work/change-set.js';
import { putObject } from '../src/modules/mesh/work/stored-objects.js';

/** All connect at once, also on a machine with other work. */
const START_MS = 120_000;

export type Order =
  /** Keys with the revisions that they have. */
  | { readonly kind: 'swap'; readonly keys: readonly (readonly [string, number])[] }
  | { readonly kind: 'claim'; readonly most: number }
  /** Claims one task, and does nothing with it. */
  | { readonly kind: 'hold' }
  | { readonly kind: 'work' };
/** `ms`: until the last one. */
export type Done = { readonly keys: readonly string[]; readonly ms: number };

const [state = '', url = ''] = process.argv.slice(2);
const [identity, roster] = [readIdentity(state), keptRoster(state)];
if (identity === undefined || roster === undefined) throw new Error('no identity');
const me = identity;
const connection = await connectMesh({ url }, me, { timeoutMs: START_MS });
const kv: KV = await new Kvm(connection).open(BUCKET.tasks);
const wakeUps = new WakeUps(connection, me.node);
const claimer = new Claimer({
  identity: me,
  wakeUps,
  kv: async () => kv,
  keyOf: keysOf(roster),
  lanes: () => ['any'],
  mayPropose: () => true,
});

process.on('message', (order: Order) => {
  void carryOut(order).then((done) => process.send?.(done));
});
process.send?.('ready');

async function carryOut(order: Order): Promise<Done> {
  const started = performance.now();
  if (order.kind === 'swap') {
    const keys = await swapAll(order.keys);
    return { keys, ms: performance.now() - started };
  }
  const keys: string[] = [];
  const most = order.kind === 'claim' ? order.most : Number.POSITIVE_INFINITY;
  let ms = 0;
  while (keys.length < most) {
    const record = await next(order.kind, order.kind === 'claim' ? most - keys.length : 1);
    if (record === undefined) break;
    ms = performance.now() - started;
    const key = taskKey(record.owner, record.task);
    keys.push(key);
    if (order.kind === 'hold') await hold(key);
    if (order.kind === 'work') await execute(key, record);
  }
  return { keys, ms };
}

/** Until it is killed. */
async function hold(key: string): Promise<void> {
  process.send?.({ began: `${key} 1` });
  await new Promise(() => undefined);
}

/** The floor: compare-and-swap by the client, of values as long as those of a claim. */
async function swapAll(keys: readonly (readonly [string, number])[]): Promise<readonly string[]> {
  const value = 'x'.repeat(700);
  for (const [key, revision] of keys) await kv.update(key, value, revision);
  return keys.map(([key]) => key);
}

/** A worker waits for more; the other ends with the queue. */
async function next(kind: Order['kind'], room: number): Promise<TaskRecord | undefined> {
  for (let round = 0; ; round++) {
    const record = await claimer.next(room);
    if (record !== undefined || kind === 'claim' || round >= 60) return record;
    await wakeUps.wait(['any'], new AbortController().signal);
  }
}

/** Work that takes no time: what counts is how often it was begun, and what came of it. */
async function execute(key: string, record: TaskRecord): Promise<void> {
  const { owner, task, attempt, package: packed } = record;
  process.send?.({ began: `${key} ${attempt}` });
  const entry = await kv.get(key);
  const running = await write(key, { ...record, state: 'running' }, entry?.revision ?? 0);
  const set: RemoteChangeSet = {
    owner,
    task,
    attempt,
    package: packed,
    runId: 'R1',
    summary: 'done',
    changes: [],
    head: '0',
    minutes: 1,
  };
  const signing = { node: me.node, key: me.key };
  const text = signValue('change-set', signing, set);
  const changeSet = sha256(text);
  await putObject(connection, { name: changeSet, readers: 'all' }, () => text);
  await write(key, { ...record, state: 'pending_review', changeSet }, running);
}

async function write(key: string, record: TaskRecord, revision: number): Promise<number> {
  const text = signValue('task', { node: me.node, key: me.key }, record);
  return await kv.update(key, text, revision).catch(() => 0);
}
