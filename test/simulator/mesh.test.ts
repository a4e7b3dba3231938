/** One life of a mesh of five nodes: wires are cut, processes killed, the server restarts. */
import { spawnSync } from 'node:child_process';
import t from 'tap';
import { brokenInvariants } from '../../simulator/mesh/mesh-invariants.js';
import { drawFaults } from '../../simulator/mesh/mesh-faults.js';
import { makeWorld } from '../../simulator/mesh/mesh-world.js';
import { playMesh } from '../../simulator/mesh/play-mesh.js';
import { NO_SERVER } from '../modules/mesh/nats-server.js';

t.setTimeout(600_000);

const hasSandbox = spawnSync('bwrap', ['--version']).error === undefined;
const skip = NO_SERVER || (!hasSandbox && 'bubblewrap is not installed');

t.test('no task is lost or committed twice, and all chains agree', { skip }, async (t) => {
  const said: string[] = [];
  const say = (line: string): void => void said.push(line);
  const broken = await playMesh({ seed: 1, nodes: 5, tasks: 1, faults: 6, say });
  t.same(broken, [], said.join('\n'));
});

t.test('what has not happened yet is found', { skip }, async (t) => {
  const world = await makeWorld(2, 1);
  t.teardown(() => world.close());
  t.same(brokenInvariants(world), [
    'task-1-1 is not over: it is proposed',
    'task-2-1 is not over: it is proposed',
  ]);
});

t.test('the faults are those of the seed, and of every kind', (t) => {
  t.same(drawFaults(7, 20, 5), drawFaults(7, 20, 5));
  const kinds = new Set(drawFaults(1, 200, 5).map(({ kind }) => kind));
  t.same([...kinds].sort(), ['cut', 'kill', 'server', 'silent', 'slow', 'stop']);
  t.end();
});
