/** Takes in what owners changed on the pages of plans. */
import type { ModuleChange } from '../../../passes/module.js';
import type { Snapshot } from '../../../workspace/types.js';
import { advance } from './advance.js';
import { joinedChanges } from './joined-changes.js';
import { restoredPage } from './plan-change.js';
import { plannedProjects, readPlan } from './read-plan.js';

/** What to commit; nothing where no page has an edit. */
export function takeIn(snapshot: Snapshot): ModuleChange | undefined {
  const changes = plannedProjects(snapshot).flatMap((project) => {
    const read = readPlan(snapshot, project);
    if (read.problems.length > 0) return [];
    if (read.edits.length === 0)
      return read.isBehind === true ? (restoredPage(snapshot, read) ?? []) : [];
    return advance(snapshot, project, { by: 'owner', read })?.change ?? [];
  });
  return joinedChanges(changes);
}
