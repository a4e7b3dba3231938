/**
 * The project in which this machine works on tasks of other nodes. It has a row like any other, so
 * that its owner sets its priority, runner and tier, but no pass of its own.
 */
import { stamp } from '../../../kernel/clock.js';
import { defined } from '../../../kernel/defined.js';
import { fieldInt } from '../../../project/field-text.js';
import { bundleChanges } from '../../../workspace/bundle.js';
import type { ChangeSet, Snapshot, Workspace } from '../../../workspace/types.js';

export const GUEST = 'mesh-guest';
const LONGRUNNER = `PROJECTS/${GUEST}/LONGRUNNER.md`;

/**
 * For `mesh join`. Safe to call again. @param options.runner of RUNNERS.md; default: the tier's.
 */
export function makeGuestProject(
  workspace: Workspace,
  options: { readonly runner?: string; readonly tier?: string } = {},
): void {
  if (workspace.snapshot().record('DISPATCH', GUEST) !== undefined) return;
  workspace.commit((view) => guestChange(view, options));
}

function guestChange(
  view: Snapshot,
  { runner, tier }: { readonly runner?: string; readonly tier?: string },
): ChangeSet {
  const actor = { kind: 'nocturne', name: 'mesh' } as const;
  const base = { actor, runId: '', reason: 'a project for tasks of other nodes' };
  if (view.record('DISPATCH', GUEST) !== undefined) return { ...base, changes: [] };
  const taken = view.records('DISPATCH').map((row) => fieldInt(row, 'priority') ?? 0);
  const { changes } = bundleChanges(view, 'project_register', {
    slug: GUEST,
    priority: Math.min(999, Math.max(0, ...taken) + 1),
    longrunner: LONGRUNNER,
    phase: 'guest',
    status: 'active',
  });
  const files = [
    [`PROJECTS/${GUEST}/PHASES.md`, PHASES],
    [LONGRUNNER, longrunner(stamp(view.now), defined({ runner, tier }))],
  ] as const;
  const missing = files.filter(([path]) => !view.files.has(path));
  return {
    ...base,
    bundle: 'project_register',
    changes: [
      ...missing.map(([path, content]) => ({ kind: 'write' as const, path, content })),
      ...changes,
    ],
  };
}

const PHASES = `# Phases

## guest

- **Objective:** Work on tasks of other nodes of the mesh.

\`\`\`yaml successors
[]
\`\`\`

\`\`\`yaml stop_condition
[]
\`\`\`
`;

function longrunner(
  time: string,
  { runner = 'null', tier = 'standard' }: { readonly runner?: string; readonly tier?: string },
): string {
  return `---
mission: Work on tasks of other nodes of the mesh.
phase:
  name: guest
  objective: Work on tasks of other nodes of the mesh.
  stop_condition: []
  started: ${time}
  status: active
  successor: null
transition:
  triggered_at: null
  expires_at: null
  timeout_days: 3
  reescalations: 0
last_pass:
  date: null
  objective: null
  outputs: []
next_pass:
  objective: Work on the tasks that are offered.
  # Who works on them: a runner of RUNNERS.md, and a tier of MODEL-TIERS.md.
  runner: ${runner}
  model_tier: ${tier}
  writes: []
---

# Guests

Tasks of other nodes are worked on in copies below this folder. What they change goes home to their
owners, and nothing of it is kept here.
`;
}
