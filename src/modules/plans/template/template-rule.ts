/** Rule plan-template: a template can become a plan, whatever values it is given. */
import type { WorkspaceRule } from '../../../validate/rule.js';
import { templateIds, templateOf } from './installed-templates.js';
import { templateProblems } from './instantiate.js';

const ID = 'plan-template';

export const planTemplate: WorkspaceRule = {
  kind: 'workspace',
  id: ID,
  severity: 'error',
  suppressible: 'never',
  isTraced: true,
  run: ({ snapshot }) =>
    templateIds(snapshot).flatMap((id) => {
      const read = templateOf(snapshot, id);
      const problems =
        read.kind === 'problems'
          ? read.problems
          : templateProblems(read.template, (other) => templateOf(snapshot, other));
      return problems.map((problem) => ({ ...problem, rule: ID, severity: 'error' as const }));
    }),
};
