/** What the steps of a plan name and the workspace does not have. */
import { rolePages } from '../../../project/rule-page/rule-page.js';
import type { Snapshot } from '../../../workspace/types.js';
import type { StepDefinition } from '../types.js';

/** Values of `escalate` that name no role. */
const NO_ROLE: ReadonlySet<string> = new Set(['human', 'none']);

export function missingFor(
  snapshot: Snapshot,
  definitions: readonly StepDefinition[],
): readonly string[] {
  const roles = new Set(rolePages(snapshot).map(({ id }) => id));
  const lines = definitions.flatMap(({ id, runner, tier, role, escalate }) => [
    ...(lacks(snapshot, 'RUNNER', runner) ? [`${id}: RUNNERS.md has no runner ${runner}`] : []),
    ...(lacks(snapshot, 'MODEL-TIER', tier) ? [`${id}: MODEL-TIERS.md has no tier ${tier}`] : []),
    ...[role, escalate]
      .filter((name) => name !== undefined && !NO_ROLE.has(name) && !roles.has(name))
      .map((name) => `${id}: orchestration-os/roles has no role ${name}`),
  ]);
  return [...new Set(lines)];
}

function lacks(snapshot: Snapshot, object: string, key: string | undefined): boolean {
  return key !== undefined && snapshot.record(object, key) === undefined;
}
