/**
 * Runs passes one after another until it is killed: what the crash test kills. Arguments:
 * workspace, home.
 */
import { systemClock } from '../../src/kernel/clock.js';
import { manager } from '../../src/passes/manager/manager.js';
import { worker } from '../../src/passes/worker/worker.js';
import { openWorkspace } from '../../src/workspace/open-workspace.js';

const [root = '', home = ''] = process.argv.slice(2);
const workspace = openWorkspace(root, { home, clock: systemClock });
const env = {
  workspace,
  env: process.env,
  signal: new AbortController().signal,
  say: () => undefined,
  wait: () => Promise.resolve(),
  modules: [],
  runners: [],
};
process.stdout.write('ready\n');
async function work(): Promise<never> {
  for (let i = 1; ; i++) {
    if (i % 4 === 0) await manager(env, { role: 'manager' });
    else await worker(env, { role: 'worker' });
  }
}
void work();
