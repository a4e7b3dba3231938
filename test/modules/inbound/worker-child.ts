/** One worker pass whose agent kills it. Arguments: workspace, home. */
import { systemClock } from '../../../src/kernel/clock.js';
import { module as inbound } from '../../../src/modules/inbound/module.js';
import { worker } from '../../../src/passes/worker/worker.js';
import { openWorkspace } from '../../../src/workspace/open-workspace.js';

const [root = '', home = ''] = process.argv.slice(2);
const workspace = openWorkspace(root, { home, clock: systemClock });
void worker(
  {
    workspace,
    env: process.env,
    signal: new AbortController().signal,
    say: () => undefined,
    wait: () => Promise.resolve(),
    modules: [inbound],
    runners: [],
  },
  { role: 'worker' },
);
