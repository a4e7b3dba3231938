/** Rule plan-template: a template can become a plan, whatever values it is given. */
import type { WorkspaceRule } from '../../../validate/rule.js';
import type { Snapshot } from '../../../workspace/types.js';
import { templateIds, templateOf } from './installed-templates.js';
import { templateProblems } from './instantiate.js';
import type { Problem } from './problem.js';
import { templatePath } from './read-template.js';

const ID = 'plan-template';

export const planTemplate: WorkspaceRule = {
  kind: 'workspace',
  id: ID,
  severity: 'error',
  suppressible: 'never',
  isTraced: true,
  run: ({ snapshot }) =>
    problemsIn(snapshot).map((problem) => ({ ...problem, rule: ID, severity: 'error' })),
};

/** The texts alone decide, and a process that stays finds the same ones in the next snapshot. */
let last: { readonly texts: string; readonly problems: readonly Problem[] } | undefined;

function problemsIn(snapshot: Snapshot): readonly Problem[] {
  const ids = templateIds(snapshot);
  const texts = JSON.stringify(ids.map((id) => [id, snapshot.text(templatePath(id))]));
  if (last?.texts === texts) return last.problems;
  const problems = ids.flatMap((id) => {
    const read = templateOf(snapshot, id);
    return read.kind === 'problems'
      ? read.problems
      : templateProblems(read.template, (other) => templateOf(snapshot, other));
  });
  last = { texts, problems };
  return problems;
}
