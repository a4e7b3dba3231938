/**
 * A process that changes records of one workspace: `node record-writer.js ROOT HOME TASK COUNT
 * NAME`. `count`: each round adds one to a field, asks the owner
 * something and adds two audit rows. `bundles`: each round is one bundle over four files, forth
 * (phase_transition) or back (phase_advance);
 * prints `ready`, then the number of each round once it is committed.
 */
import { writeSync } from 'node:fs';
import { systemClock } from '../../../src/kernel/clock.js';
import { bundleChanges } from '../../../src/workspace/bundle.js';
import { openWorkspace } from '../../../src/workspace/open-workspace.js';
import type { AuditEntry, ChangeSet, Snapshot } from '../../../src/workspace/types.js';

const [root = '', home = '', task = 'count', count = '1', name = ''] = process.argv.slice(2);
const workspace = openWorkspace(root, { home, clock: systemClock });
const valueOf = (snapshot: Snapshot, address: string): string =>
  snapshot.locate(address).cell?.value ?? '';
const audit = (type: string, detail: string): AuditEntry => ({
  step: '',
  type,
  target: name,
  authorisation: 'owner',
  result: 'done',
  detail,
});

/** The fields are read from the snapshot that the commit is computed on. */
function countUp(snapshot: Snapshot, round: number): ChangeSet {
  const fences = Number(valueOf(snapshot, 'WRITER[LOCK].consecutive_failures'));
  const priority = Number(valueOf(snapshot, 'DISPATCH[pages].priority'));
  return {
    actor: { kind: 'owner', name },
    runId: '',
    reason: `round ${round}`,
    changes: [
      { kind: 'set', address: 'DISPATCH[pages].priority', value: priority + 1 },
      { kind: 'set', address: 'WRITER[LOCK].consecutive_failures', value: fences + 1 },
    ],
    notices: [
      {
        priority: 'low',
        kind: 'proposal',
        project: 'pages',
        action_needed: `${name} asks ${round}`,
      },
    ],
    audit: [audit('count', `${round} a`), audit('count', `${round} b`)],
  };
}

/**
 * Which way the next round goes is read from the workspace, so that it goes on wherever the last
 * process died.
 */
function nextBundle(snapshot: Snapshot): { readonly round: number; readonly set: ChangeSet } {
  const round =
    1 + snapshot.records('AUDIT').filter((row) => row.fields.get('type')?.value === 'round').length;
  const forth = valueOf(snapshot, 'DISPATCH[pages].status') === 'active';
  const [bundle, args] = forth
    ? ([
        'phase_transition',
        {
          slug: 'pages',
          expires_at: '2030-01-01T00:00:00Z',
          question: `round ${round}`,
          evidence: `of ${round}`,
        },
      ] as const)
    : ([
        'phase_advance',
        {
          slug: 'pages',
          phase: `p${round}`,
          objective: `round ${round}`,
          successor: `p${round + 2}`,
          next_objective: `after ${round}`,
          authorisation: 'owner',
        },
      ] as const);
  return {
    round,
    set: {
      actor: { kind: 'owner', name: 'owner' },
      runId: '',
      reason: `round ${round}`,
      bundle,
      ...bundleChanges(snapshot, bundle, args),
      audit: [audit('round', String(round))],
    },
  };
}

if (task === 'bundles') writeSync(1, 'ready\n');
for (let round = 1; round <= Number(count); round++) {
  if (task === 'count') workspace.commit((snapshot) => countUp(snapshot, round));
  else {
    let done = 0;
    workspace.commit((snapshot) => {
      const next = nextBundle(snapshot);
      done = next.round;
      return next.set;
    });
    writeSync(1, `${done}\n`);
  }
}
