/** A worker pass with the rules in a process of its own, which dies when its agent has ended. */
import { systemClock } from '../../../src/kernel/clock.js';
import { module as rules } from '../../../src/modules/rules/module.js';
import { worker } from '../../../src/passes/worker/worker.js';
import { openWorkspace } from '../../../src/workspace/open-workspace.js';
import { environment } from '../../passes/pass-workspace.js';

const [root = '', home = ''] = process.argv.slice(2);
const workspace = openWorkspace(root, { home, clock: systemClock });
const say = (line: string): void => {
  if (/^T5 +judge/.test(line)) process.kill(process.pid, 'SIGKILL');
};
void worker(environment({ workspace }, { modules: [rules], say }), { role: 'worker' });
