/** The steps of a plan that go to other machines, before work is chosen. */
import type { ModuleChange } from '../../../passes/module.js';
import type { Snapshot } from '../../../workspace/types.js';
import { readySteps } from '../engine/ready-steps.js';
import { isActive } from '../engine/transition.js';
import { advance } from '../page/advance.js';
import { plannedProjects, readPlan } from '../page/read-plan.js';
import { cancelOrphans, isForMesh, proposeStep } from './mesh-steps.js';

/** The ready steps with tags become tasks, in the commit that starts them. */
export function proposeSteps(
  snapshot: Snapshot,
  project: string,
  time: string,
): ModuleChange | undefined {
  const { plan, problems } = readPlan(snapshot, project);
  if (plan === undefined || problems.length > 0 || !isActive(plan.status)) return undefined;
  const ready = new Set(readySteps(plan, time));
  const proposed = plan.definitions.flatMap((definition) => {
    if (!isForMesh(definition) || !ready.has(definition.id)) return [];
    const made = proposeStep(plan, definition, { snapshot, time });
    return made === undefined ? [] : [made];
  });
  if (proposed.length === 0) return undefined;
  const events = proposed.map(({ event }) => event);
  const advanced = advance(snapshot, project, { events, by: 'nocturne' });
  const change = advanced?.change;
  if (change === undefined) return undefined;
  const refused = new Set(advanced?.refused.map(({ event }) => event));
  const pages = proposed.flatMap(({ event, page }) => (refused.has(event) ? [] : [page]));
  return { ...change, changes: [...change.changes, ...pages] };
}

/** Tasks that no plan waits for any more. */
export function withdrawTasks(snapshot: Snapshot): ModuleChange | undefined {
  if (!snapshot.schema.objects.has('MESH-TASK')) return undefined;
  const plans = plannedProjects(snapshot).flatMap((project) => {
    const { plan } = readPlan(snapshot, project);
    return plan === undefined ? [] : [plan];
  });
  const changes = cancelOrphans(snapshot, plans);
  if (changes.length === 0) return undefined;
  return { reason: 'tasks of the mesh that no plan waits for', bundle: 'mesh_task', changes };
}
