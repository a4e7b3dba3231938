/** Rule plan-page: a plan on a page can be read, and is the one that the log has. */
import type { Diagnostic } from '../../../kernel/diagnostic.js';
import type { WorkspaceRule } from '../../../validate/rule.js';
import type { Snapshot } from '../../../workspace/types.js';
import { plannedProjects, readPlan } from './read-plan.js';

const ID = 'plan-page';

export const planPage: WorkspaceRule = {
  kind: 'workspace',
  id: ID,
  severity: 'error',
  suppressible: 'never',
  run: ({ snapshot: original, schema }) => {
    if (!schema.objects.has('PLAN')) return [];
    // Nothing that is reported depends on the time, and a result that does is not cached.
    const snapshot = Object.create(original, { now: { value: new Date(0) } }) as Snapshot;
    return plannedProjects(snapshot).flatMap((project): readonly Diagnostic[] => {
      const { problems, warnings } = readPlan(snapshot, project);
      return [
        ...problems.flatMap(({ stale: _, ofContract, ...problem }) =>
          ofContract === true ? [] : [{ ...problem, rule: ID, severity: 'error' as const }],
        ),
        ...warnings.map((problem) => ({ ...problem, rule: ID, severity: 'warning' as const })),
      ];
    });
  },
};
