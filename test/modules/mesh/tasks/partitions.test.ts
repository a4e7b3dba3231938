/** Wires between nodes and the server that let nothing through: the lease ends, the fence holds. */
import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Kvm } from '@nats-io/kv';
import t from 'tap';
import { CutProxy } from '../../../../simulator/mesh/cut-proxy.js';
import { openRecord } from '../../../../src/modules/mesh/tasks/judge-record.js';
import { keysOf } from '../../../../src/modules/mesh/roster.js';
import { BUCKET } from '../../../../src/modules/mesh/wire/names.js';
import { type MeshNode, meshOf } from '../mesh-place.js';
import { sideBySide } from '../side-by-side.js';
import { until } from '../until.js';
import { writeTask } from '../work/work-place.js';
import { isCutOff } from './cut-off.js';
import {
  claimsOf,
  pageNow,
  SHORT_LEASE,
  start,
  startChild,
  untilClaimed,
  untilState,
  work,
} from './task-place.js';

t.setTimeout(400_000);
const test = sideBySide(t);
const THREE = [{ id: 'lead' }, { id: 'first' }, { id: 'second' }];

async function wireTo(url: string): Promise<{ readonly wire: CutProxy; readonly url: string }> {
  const wire = await CutProxy.start(Number(new URL(url).port));
  t.teardown(() => wire.close());
  return { wire, url: `nats://127.0.0.1:${wire.port}` };
}

for (const state of ['silent', 'cut'] as const)
  test(`what a worker does behind a wire that is ${state} is not taken`, async (t) => {
    const mesh = await meshOf(t, THREE);
    const { wire, url } = await wireTo(mesh.url);
    await isCutOff(t, {
      mesh,
      startFirst: (first) => void startChild(t, { url }, first),
      cut: () => wire.become(state),
      heal: () => wire.become('whole'),
    });
  });

test('a result that was on its way for longer than the lease is refused', async (t) => {
  const mesh = await meshOf(t, THREE);
  const [owner, first, second] = mesh.nodes as [MeshNode, MeshNode, MeshNode];
  const { wire, url } = await wireTo(mesh.url);
  start(t, { mesh, node: owner }, { parts: SHORT_LEASE });
  // It says claimed, running, and how it ended.
  const held = wire.silentAt(`PUB $KV.${BUCKET.tasks}.lead.page `, 3);
  startChild(t, { url }, first);
  writeTask(owner, { task: 'page' });
  await untilClaimed(first, 'lead.page');
  work(first, 'lead.page');
  await held;
  start(t, { mesh, node: second });
  await untilClaimed(second, 'lead.page', 2);
  work(second, 'lead.page');
  await untilState(owner, 'page', 'pending_review');
  const kv = await new Kvm(await mesh.connect(owner)).open(BUCKET.tasks);
  const seen: number[] = [];
  const watch = await kv.watch({ key: 'lead.page' });
  const listening = (async () => {
    for await (const entry of watch)
      seen.push(openRecord(entry.string(), keysOf(mesh.roster)).record.attempt);
  })();
  wire.become('whole');
  await until(
    () => claimsOf(first),
    (claims) => claims.length === 0,
  );
  t.match(pageNow(owner, 'page'), { state: 'pending_review', node: 'second', attempt: 2 });
  watch.stop();
  await listening;
  t.same([...new Set(seen)], [2], 'the server has not taken it either');
});

/** Root of a namespace of its own, with wires of its own. */
const mayUnshare =
  spawnSync('unshare', ['-rn', 'ip', 'link', 'add', 'near', 'type', 'veth']).status === 0;

test('the same in two network namespaces whose link is down', async (t) => {
  if (!mayUnshare) {
    t.pass('network namespaces are not allowed here: the proxy stands for them');
    return;
  }
  const play = fileURLToPath(new URL('./namespace-play.js', import.meta.url));
  const child = spawn('unshare', ['-rn', process.execPath, play], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  t.teardown(() => child.kill('SIGKILL'));
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (part: Buffer) => (said += part.toString()));
  const code = await new Promise((resolve) => child.on('close', resolve));
  t.equal(code, 0, said);
});
