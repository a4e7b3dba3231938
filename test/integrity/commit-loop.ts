/** A process of its own that commits to a workspace: `node commit-loop.js ROOT HOME COUNT`. */
import { fixedClock } from '../../src/kernel/clock.js';
import { openWorkspace } from '../../src/workspace/open-workspace.js';

const [root = '', home = '', count = '0'] = process.argv.slice(2);
const workspace = openWorkspace(root, { home, clock: fixedClock('2026-11-21T02:00:00Z') });
for (let i = 0; i < Number(count); i++) {
  workspace.commit({
    actor: { kind: 'owner', name: 'owner' },
    runId: '',
    reason: 'one of many',
    changes: [{ kind: 'write', path: `memory/loop-${process.pid}.txt`, content: String(i) }],
    audit: Array.from({ length: 1 + (i % 40) }, () => ({
      step: '',
      type: 'set',
      target: 'memory/loop.txt',
      authorisation: 'owner',
      result: 'done',
      detail: 'x'.repeat(i % 700),
    })),
  });
}
