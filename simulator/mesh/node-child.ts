/**
 * One node of the simulated mesh, as a process that can be killed: its service and its passes.
 * `node node-child.js ROOT HOME URL`
 */
import { setTimeout as pause } from 'node:timers/promises';
import { messageOf } from '../../src/kernel/error.js';
import { systemClock } from '../../src/kernel/clock.js';
import { readIdentity } from '../../src/modules/mesh/identity.js';
import { logPart } from '../../src/modules/mesh/log/log-part.js';
import { module } from '../../src/modules/mesh/module.js';
import { runNode } from '../../src/modules/mesh/node/run-node.js';
import { seenPart } from '../../src/modules/mesh/node/seen-part.js';
import { keptRoster } from '../../src/modules/mesh/roster.js';
import { ownerPart } from '../../src/modules/mesh/tasks/owner-part.js';
import { workerPart } from '../../src/modules/mesh/tasks/worker-part.js';
import { driveMesh } from '../../src/modules/mesh/work/drive-mesh.js';
import { receiptsPart } from '../../src/modules/mesh/work/receipts-part.js';
import { openWorkspace } from '../../src/workspace/open-workspace.js';
import { environment } from '../../test/passes/pass-workspace.js';

/** A lease is longer than the pause between two announcements. */
const TIMING = { leaseMs: 20_000, backoffMs: 500, wakeMs: 3_000, startMs: 60_000 };
const AGAIN_MS = 500;

const [root = '', home = '', url = ''] = process.argv.slice(2);
const ending = new AbortController();
process.once('SIGTERM', () => ending.abort());
const { signal } = ending;
const say = (line: string): void => console.log(line);
const workspace = openWorkspace(root, { home, clock: systemClock });

await Promise.all([again(serve), again(work)]);
process.exit(0);

async function serve(): Promise<void> {
  const [identity, roster] = [readIdentity(workspace.state), keptRoster(workspace.state)];
  if (identity === undefined || roster === undefined) throw new Error('it has not joined');
  const parts = [
    seenPart(workspace),
    ownerPart({ timing: TIMING }),
    workerPart(),
    receiptsPart(),
    logPart(),
  ];
  await runNode({ workspace, identity, roster, url, say, signal, parts });
}

async function work(): Promise<void> {
  const env = environment({ workspace }, { modules: [module], signal });
  const onPass = ({ data, outcome }: { data: { unit?: unknown }; outcome: string }): void =>
    say(`${String(data.unit ?? 'a pass')}: ${outcome}`);
  const { over } = await driveMesh(env, { lanes: 1, onPass });
  if (over !== undefined) say(`no pass may begin: ${over}`);
}

/** Whatever it throws: the server may be away, or the wire cut. */
async function again(act: () => Promise<void>): Promise<void> {
  while (!signal.aborted) {
    await act().catch((error: unknown) => say(messageOf(error)));
    await pause(AGAIN_MS, undefined, { signal }).catch(() => undefined);
  }
}
