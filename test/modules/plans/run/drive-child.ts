/**
 * Drives the plan of `pages` in a process of its own, to be killed: ROOT HOME LANES. With two more
 * words it kills itself at the Nth time that it replaces the page of the plan: N `before` or `after`.
 */
import { renameSync } from 'node:fs';
import { systemClock } from '../../../../src/kernel/clock.js';
import { replaceFiles } from '../../../../src/kernel/files.js';
import { module } from '../../../../src/modules/plans/module.js';
import { drive } from '../../../../src/modules/plans/run/drive.js';
import { openWorkspace } from '../../../../src/workspace/open-workspace.js';

const [root = '', home = '', lanes = '1', nth = '0', moment = ''] = process.argv.slice(2);
const workspace = openWorkspace(root, { home, clock: systemClock });

/** A restart after a crash is not made to wait. */
const LONGEST_WAIT_MS = 20;

let left = Number(nth);
replaceFiles({
  renameSync(from, to) {
    const isLast = String(to).endsWith('/PLAN.md') && --left === 0;
    if (isLast && moment === 'before') process.kill(process.pid, 'SIGKILL');
    renameSync(from, to);
    if (isLast) process.kill(process.pid, 'SIGKILL');
  },
});

void drive(
  {
    workspace,
    env: process.env,
    signal: new AbortController().signal,
    say: (line) => process.stdout.write(`${line}\n`),
    wait: (ms) => new Promise((done) => setTimeout(done, Math.min(ms, LONGEST_WAIT_MS))),
    modules: [module],
    runners: [],
  },
  { project: 'pages', lanes: Number(lanes), most: 1000, pause: () => undefined },
);
