/**
 * One worker pass that kills its own process at a given moment: when a line that matches is said,
 * or (`kept`) when a version is kept. Arguments: workspace, home, moment.
 */
import { copyFileSync } from 'node:fs';
import { systemClock } from '../../src/kernel/clock.js';
import { replaceFiles } from '../../src/kernel/files.js';
import { worker } from '../../src/passes/worker/worker.js';
import { openWorkspace } from '../../src/workspace/open-workspace.js';

const [root = '', home = '', moment = ''] = process.argv.slice(2);
const die = (): void => void process.kill(process.pid, 'SIGKILL');
if (moment === 'kept')
  replaceFiles({
    copyFileSync(from, to, mode) {
      copyFileSync(from, to, mode);
      if (String(to).includes('/kept/')) die();
    },
  });
void worker(
  {
    workspace: openWorkspace(root, { home, clock: systemClock }),
    env: process.env,
    signal: new AbortController().signal,
    say: (line) => {
      if (new RegExp(`^${moment}`).test(line)) die();
    },
    wait: () => Promise.resolve(),
    modules: [],
    runners: [],
  },
  { role: 'worker' },
);
