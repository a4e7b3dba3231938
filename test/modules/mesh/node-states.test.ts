/** How nodes know each other: live, stale, offline or unknown, whatever their clocks say. */
import { Kvm } from '@nats-io/kv';
import { rmSync } from 'node:fs';
import t from 'tap';
import type { Announcement } from '../../../src/modules/mesh/node/announcement.js';
import { Hearing } from '../../../src/modules/mesh/node/hearing.js';
import { nodeState } from '../../../src/modules/mesh/node/node-state.js';
import { BUCKET } from '../../../src/modules/mesh/wire/names.js';
import { IS_CLOCK_FAKED } from '../../support/faked-clock.js';
import { type Mesh, type MeshNode, meshOf } from './mesh-place.js';
import { NO_SERVER } from './nats-server.js';
import { type StandingNode, standingNode } from './standing-node.js';
import { until } from './until.js';

t.setTimeout(120_000);

/** Of a promise: whether it was kept. */
const HOUR_MS = 3_600_000;

async function meshOfThree(
  t: Parameters<typeof meshOf>[0],
): Promise<{ readonly mesh: Mesh; readonly nodes: readonly [MeshNode, MeshNode, MeshNode] }> {
  const mesh = await meshOf(t, [{ id: 'lead' }, { id: 'left', tags: ['gpu'] }, { id: 'right' }]);
  const [lead, left, right] = mesh.nodes;
  if (lead === undefined || left === undefined || right === undefined) throw new Error('three');
  return { mesh, nodes: [lead, left, right] };
}

function stateOf({ live }: StandingNode, id: string): string {
  const heard = live.heard().get(id);
  const now = live.workspace.clock.now().getTime();
  return nodeState({
    ageMs: heard === undefined ? undefined : now - heard.heardAt,
    leaves: heard?.announcement.leaves === true,
    isConnected: live.hearsSince() !== undefined,
  });
}

t.test('clocks that differ by an hour change nothing', { skip: NO_SERVER }, async (t) => {
  const { mesh, nodes } = await meshOfThree(t);
  const [lead, left, right] = await Promise.all([
    standingNode(t, { mesh, node: nodes[0] }),
    standingNode(t, { mesh, node: nodes[1] }, { ahead: HOUR_MS }),
    standingNode(t, { mesh, node: nodes[2] }, { ahead: -HOUR_MS }),
  ]);
  for (const from of [lead, left, right])
    for (const id of ['lead', 'left', 'right'].filter((each) => each !== from.live.node))
      await until(
        () => stateOf(from, id),
        (state) => state === 'LIVE',
      );
  t.match(right.live.heard().get('left')?.announcement.tags, ['gpu']);
});

t.test('a node that leaves is offline at once', { skip: NO_SERVER }, async (t) => {
  const { mesh, nodes } = await meshOfThree(t);
  const lead = await standingNode(t, { mesh, node: nodes[0] });
  const left = await standingNode(t, { mesh, node: nodes[1] });
  await until(
    () => stateOf(lead, 'left'),
    (state) => state === 'LIVE',
  );
  await left.live.close();
  await until(
    () => stateOf(lead, 'left'),
    (state) => state === 'OFFLINE',
  );
  t.equal(stateOf(lead, 'right'), 'UNKNOWN', 'and one that was never heard is not known');
});

t.test('a node that restarts is the same node', { skip: NO_SERVER }, async (t) => {
  const { mesh, nodes } = await meshOfThree(t);
  const lead = await standingNode(t, { mesh, node: nodes[0] });
  const before = await standingNode(t, { mesh, node: nodes[1] });
  const sessionOf = (): string | undefined => lead.live.heard().get('left')?.announcement.session;
  const first = await until(sessionOf, (session) => session !== undefined);
  const after = await standingNode(t, { mesh, node: nodes[1] });
  await until(sessionOf, (session) => session !== first);
  // The old process ends late: it must not speak for the new one.
  await before.live.close();
  await after.live.announce();
  await lead.live.announce();
  t.same([...lead.live.heard().keys()], ['left']);
  t.equal(stateOf(lead, 'left'), 'LIVE');
  await after.die();
});

const skip = NO_SERVER || (IS_CLOCK_FAKED && 'the server keeps the real time');

t.test('what the server kept is as old as the server says', { skip }, async (t) => {
  const { mesh, nodes } = await meshOfThree(t);
  const left = await standingNode(t, { mesh, node: nodes[1] });
  await left.die();
  const entry = await (await new Kvm(mesh.admin).open(BUCKET.nodes)).get('left');
  const late = await standingNode(t, { mesh, node: nodes[0] }, { ahead: -HOUR_MS });
  const heard = await until(
    () => late.live.heard().get('left'),
    (each) => each !== undefined,
  );
  const created = (entry?.created.getTime() ?? 0) - HOUR_MS;
  t.ok(Math.abs((heard?.heardAt ?? 0) - created) < 1_000, 'by the clock of the one who hears');
});

t.test('after a break, what came meanwhile is not new', (t) => {
  let now = 1_000_000;
  const hearing = new Hearing({ node: 'own', session: 'S' }, () => now);
  const server = 5 * HOUR_MS;
  const entry = (node: string, takenAt: number, more: Partial<Announcement> = {}) => ({
    takenAt: server + takenAt,
    announcement: {
      ...{ node, session: 's', seq: 1, version: '1', time: '', tags: [], models: [], tools: [] },
      ...{ capacity: 1, running: [], ...more },
    },
  });
  const ageOf = (node: string): number => now - (hearing.heard.get(node)?.heardAt ?? Number.NaN);
  hearing.take(entry('left', -90_000));
  t.equal(hearing.heard.size, 0, 'how old it is cannot be known yet');
  t.equal(hearing.since, undefined);
  hearing.take(entry('own', 0, { session: 'S' }));
  t.equal(ageOf('left'), 90_000);
  t.equal(hearing.since, now);
  hearing.take(entry('left', 1, { seq: 2 }));
  t.equal(ageOf('left'), 0);
  hearing.take(entry('left', 2, { seq: 1 }));
  now += 10_000;
  t.equal(ageOf('left'), 10_000, 'an older announcement changes nothing');
  hearing.lose(3);
  now += 60_000;
  hearing.take(entry('right', 30_000));
  hearing.take(entry('own', 31_000, { session: 'S', seq: 2 }));
  t.equal(hearing.since, undefined, 'sent before the break');
  hearing.take(entry('own', 70_000, { session: 'S', seq: 3 }));
  t.equal(ageOf('right'), 40_000);
  t.equal(hearing.since, now);
  now += HOUR_MS;
  t.equal(hearing.since, undefined, 'the machine slept');
  hearing.take(entry('own', 80_000, { session: 'S', seq: 4 }));
  t.equal(hearing.since, now, 'and hears since it woke up');
  t.end();
});

for (const isWiped of [false, true])
  t.test(
    `a server that restarts ${isWiped ? 'without' : 'with'} its store is listened to again`,
    { skip: NO_SERVER },
    async (t) => {
      const { mesh, nodes } = await meshOfThree(t);
      const lead = await standingNode(t, { mesh, node: nodes[0] });
      const hears = () => lead.live.hearsSince();
      await until(hears, (since) => since !== undefined);
      await mesh.server.stop('SIGKILL');
      await until(hears, (since) => since === undefined);
      t.equal(stateOf(lead, 'left'), 'UNKNOWN');
      if (isWiped) rmSync(mesh.store, { recursive: true });
      await mesh.startAgain();
      const left = await standingNode(t, { mesh, node: nodes[1] });
      await until(
        () => stateOf(lead, 'left'),
        (state) => state === 'LIVE',
      );
      await until(() => left.live.hearsSince(), Boolean);
    },
  );
