/**
 * A process in which things happen to the plan of one workspace: `node plan-child.js ROOT HOME`.
 * Prints `ready`, then the plan's revision after each commit.
 */
import { writeSync } from 'node:fs';
import { systemClock, stamp } from '../../../../src/kernel/clock.js';
import { advance } from '../../../../src/modules/plans/page/advance.js';
import { readPlan } from '../../../../src/modules/plans/page/read-plan.js';
import type { Plan, PlanEvent } from '../../../../src/modules/plans/types.js';
import { openWorkspace } from '../../../../src/workspace/open-workspace.js';

const [root = '', home = ''] = process.argv.slice(2);
const workspace = openWorkspace(root, { home, clock: systemClock });

/** From where the last process died: starts a step or ends it, and begins again at the end. */
function next({ steps }: Plan, time: string): readonly PlanEvent[] {
  for (const [step, { state, runId = '' }] of steps) {
    const produced = { 'outputs/page.md': 'b'.repeat(64) };
    if (state === 'running') return [{ kind: 'proved', time, step, runId, produced }];
    if (state === 'ready')
      return [{ kind: 'started', time, step, runId: `RUN-${Date.now()}`, consumed: {} }];
  }
  return [...steps.keys()].map((step) => ({ kind: 'retried', time, step }));
}

writeSync(1, 'ready\n');
for (;;) {
  workspace.commit((snapshot) => {
    const { plan } = readPlan(snapshot, 'pages');
    if (plan === undefined) throw new Error('the plan is gone');
    const events = next(plan, stamp(snapshot.now));
    const change = advance(snapshot, 'pages', { events, by: 'nocturne' })?.change;
    if (change === undefined) throw new Error('nothing happened');
    return { actor: { kind: 'nocturne', name: 'plans' }, runId: '', ...change };
  });
  writeSync(1, `${readPlan(workspace.snapshot(), 'pages').logged?.revision ?? 0}\n`);
}
