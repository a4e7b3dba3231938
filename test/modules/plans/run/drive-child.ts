/** Drives the plan of `pages` in a process of its own, to be killed: ROOT HOME LANES. */
import { systemClock } from '../../../../src/kernel/clock.js';
import { module } from '../../../../src/modules/plans/module.js';
import { drive } from '../../../../src/modules/plans/run/drive.js';
import { openWorkspace } from '../../../../src/workspace/open-workspace.js';

const [root = '', home = '', lanes = '1'] = process.argv.slice(2);
const workspace = openWorkspace(root, { home, clock: systemClock });

/** A restart after a crash is not made to wait. */
const LONGEST_WAIT_MS = 20;

await drive(
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
