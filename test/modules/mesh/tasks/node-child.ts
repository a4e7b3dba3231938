/** A node in a process of its own, which claims tasks: `node-child.js ROOT HOME URL`. */
import { readIdentity } from '../../../../src/modules/mesh/identity.js';
import { runNode } from '../../../../src/modules/mesh/node/run-node.js';
import { keptRoster } from '../../../../src/modules/mesh/roster.js';
import { workerPart } from '../../../../src/modules/mesh/tasks/worker-part.js';
import { systemClock } from '../../../../src/kernel/clock.js';
import { openWorkspace } from '../../../../src/workspace/open-workspace.js';

const [root = '', home = '', url = ''] = process.argv.slice(2);
const workspace = openWorkspace(root, { home, clock: systemClock });
const [identity, roster] = [readIdentity(workspace.state), keptRoster(workspace.state)];
if (identity === undefined || roster === undefined) throw new Error('it has not joined');
void runNode({
  workspace,
  identity,
  roster,
  url,
  say: (line) => process.stderr.write(`${line}\n`),
  signal: new AbortController().signal,
  parts: [workerPart()],
});
