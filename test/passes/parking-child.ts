/** One worker pass in a process of its own: what the test of parking kills. */
import { systemClock } from '../../src/kernel/clock.js';
import { worker } from '../../src/passes/worker/worker.js';
import { openWorkspace } from '../../src/workspace/open-workspace.js';
import { environment } from './pass-workspace.js';

const [root = '', home = ''] = process.argv.slice(2);
const workspace = openWorkspace(root, { home, clock: systemClock });
void worker(environment({ workspace }), { role: 'worker' }).then(({ outcome }) =>
  process.stdout.write(`${outcome}\n`),
);
