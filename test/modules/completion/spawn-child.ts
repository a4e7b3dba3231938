/**
 * A process that reports to the ledger as a host's hook does. Arguments: workspace, home, and
 * either `one N ORDER` (one task, its reports in that order; it
 * waits for a line on stdin first) or `many PREFIX` (tasks one after the other, saying so, until it
 * is killed).
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../../src/kernel/clock.js';
import { module } from '../../../src/modules/completion/module.js';
import { openWorkspace } from '../../../src/workspace/open-workspace.js';

const [root = '', home = '', mode = '', name = '', order = ''] = process.argv.slice(2);
const workspace = openWorkspace(root, { home, clock: systemClock });
const ledger = module.spawnLedger?.(workspace);
if (ledger === undefined) throw new Error('the module keeps no ledger');

/** By number: 0 done with a file, 1 without one, 2 failed, 3 not spawned. */
function reports(n: string, way: number): Record<string, () => string | undefined> {
  const [callId, childSession] = [`call-${n}`, `child-${n}`];
  return {
    r: () => {
      const answer = ledger?.register({
        callId,
        host: 'openclaw',
        requester: 'agent:main',
        task: `A shared beginning. Part ${n}.`,
        target: 'writer',
        runId: 'RUN-20261121-001',
      });
      if (answer?.kind === 'registered' && way === 0) {
        mkdirSync(join(root, 'PROJECTS/pages/outputs'), { recursive: true });
        writeFileSync(
          join(root, `PROJECTS/pages/outputs/part-${n}.md`),
          `# Part ${n}\n\nWritten for ${answer.taskId}, all of it.\n`,
        );
      }
      return answer?.taskId;
    },
    l: () =>
      void (way === 3
        ? ledger?.failed({ callId, why: 'no room' })
        : ledger?.linked({ callId, childSession })),
    e: () =>
      void (way === 3
        ? undefined
        : ledger?.ended({
            childSession,
            outcome: way === 2 ? 'failed' : 'ok',
            detail: `end of ${n}`,
          })),
  };
}

if (mode === 'one') {
  process.stdout.write('ready\n');
  process.stdin.once('data', () => {
    const all = reports(name, Number(name) % 4);
    const ids = [...order].map((step) => all[step]?.());
    process.stdout.write(`id ${ids.find((id) => id !== undefined)}\n`);
    process.exit(0);
  });
} else {
  for (let i = 1; ; i++) {
    const all = reports(`${name}-${i}`, 1);
    for (const step of ['r', 'l', 'e']) {
      all[step]?.();
      process.stdout.write(`${step} ${name}-${i}\n`);
    }
  }
}
