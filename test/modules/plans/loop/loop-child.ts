/**
 * Passes for a plan until it is over, in a process that kills itself when it flushes for the n-th
 * time. Arguments: workspace, home, n. Prints how often it flushed.
 */
import { fsyncSync } from 'node:fs';
import { systemClock } from '../../../../src/kernel/clock.js';
import { replaceFiles } from '../../../../src/kernel/files.js';
import { openWorkspace } from '../../../../src/workspace/open-workspace.js';
import { runPlan } from './loop-place.js';

const [root = '', home = '', last = ''] = process.argv.slice(2);
let flushes = 0;
replaceFiles({
  fsyncSync(descriptor) {
    flushes += 1;
    if (flushes === Number(last)) process.kill(process.pid, 'SIGKILL');
    fsyncSync(descriptor);
  },
});
const workspace = openWorkspace(root, { home, clock: systemClock });
void runPlan({ root, home, workspace }).then(() => process.stdout.write(`${flushes}\n`));
