/** `npm run simulate:mesh`: plays lives of a mesh of five nodes, and prints what does not hold. */
import { parseArgs } from 'node:util';
import { NO_SERVER } from '../../test/modules/mesh/nats-server.js';
import { playMesh } from './play-mesh.js';

const { values } = parseArgs({
  options: {
    lives: { type: 'string', default: '3' },
    seed: { type: 'string', default: '1' },
    nodes: { type: 'string', default: '5' },
    tasks: { type: 'string', default: '2' },
    faults: { type: 'string', default: '8' },
    verbose: { type: 'boolean', default: false },
  },
});
const [lives, first, nodes, tasks, faults] = [
  values.lives,
  values.seed,
  values.nodes,
  values.tasks,
  values.faults,
].map(Number) as [number, number, number, number, number];

if (NO_SERVER !== false) {
  console.log(`no mesh was played: ${NO_SERVER}`);
} else {
  let failed = 0;
  for (let seed = first; seed < first + lives; seed++) {
    const begun = performance.now();
    const say = values.verbose ? console.log : () => undefined;
    const broken = await playMesh({ seed, nodes, tasks, faults, say });
    const seconds = Math.round((performance.now() - begun) / 1000);
    console.log(`mesh ${seed}: ${broken.length === 0 ? 'all holds' : 'FAILED'} (${seconds} s)`);
    for (const line of broken) console.log(`  ${line}`);
    if (broken.length > 0) failed++;
  }
  process.exitCode = failed === 0 ? 0 : 1;
}
