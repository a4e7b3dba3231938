/** Why a proposed task cannot be queued: what was seen, what was expected, what to do. */
import { fileRange } from '../../../kernel/diagnostic.js';
import { parseConditions } from '../../../project/condition-parse.js';
import { projectWrite } from '../../../project/project-writes.js';
import type { Snapshot } from '../../../workspace/types.js';
import type { Roster } from '../roster.js';
import type { TaskPage } from './task-page.js';

/** The name of a page is one token of a key on the server. */
export const TASK_ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;

const BUDGET = { minutes: [1, 600], tokens: [1, Number.MAX_SAFE_INTEGER] } as const;
const MOST_RETRIES = 10;

/** The first problem; nothing if the task can be queued. Pure. */
export function problemOf(
  snapshot: Snapshot,
  page: TaskPage,
  roster: Pick<Roster, 'nodes'>,
): string | undefined {
  const { spec, project } = page;
  if (!TASK_ID.test(page.task))
    return `the file is named "${page.task}.md"; expected letters, digits, - and _, at most 64`;
  if (spec.title === '') return 'the page has no title';
  if (spec.objective === '')
    return 'the page says nothing below its front matter: write the objective';
  if (snapshot.record('PROJECT', project) === undefined) return `there is no project "${project}"`;
  return (
    scopeProblem(page) ?? criteriaProblem(page) ?? tagsProblem(page, roster) ?? budgetProblem(page)
  );
}

function scopeProblem({ spec, project }: TaskPage): string | undefined {
  if (spec.writes.length === 0) return 'writes is empty: name the files that the task may change';
  const outside = [...spec.writes, ...spec.produces].find((glob) => {
    const path = projectWrite(project, glob.replace(/^!/, ''));
    return glob.startsWith('/') || !path.startsWith(`PROJECTS/${project}/`) || glob.includes('\\');
  });
  if (outside !== undefined)
    return `"${outside}" leads out of the project; expected a path such as outputs/**`;
  const vague = spec.produces.find((path) => /[*?[{]/.test(path));
  return vague === undefined ? undefined : `produces names "${vague}"; expected one file`;
}

function criteriaProblem({ spec, file, problem }: TaskPage): string | undefined {
  if (problem !== undefined) return problem;
  const { diagnostics } = parseConditions(spec.criteria, () => fileRange(file));
  const [first] = diagnostics;
  if (first === undefined) return undefined;
  const expected = first.expected === undefined ? '' : `; expected ${first.expected}`;
  return `criteria: ${first.message}${expected}`;
}

function tagsProblem({ spec }: TaskPage, { nodes }: Pick<Roster, 'nodes'>): string | undefined {
  const granted = new Set(
    nodes.flatMap(({ tags, revoked }) => (revoked === undefined ? tags : [])),
  );
  const unknown = spec.tags.find((tag) => !granted.has(tag));
  if (unknown === undefined) return undefined;
  const known = granted.size === 0 ? 'none is granted' : [...granted].sort().join(', ');
  return `no node has the tag "${unknown}"; tags of this mesh: ${known}`;
}

function budgetProblem({ spec, retries }: TaskPage): string | undefined {
  for (const name of ['minutes', 'tokens'] as const) {
    const [value, [least, most]] = [spec.budget[name], BUDGET[name]];
    if (value !== undefined && (value < least || value > most))
      return `${name} is ${value}; expected ${least} to ${most}`;
  }
  return retries < 0 || retries > MOST_RETRIES
    ? `retries is ${retries}; expected 0 to ${MOST_RETRIES}`
    : undefined;
}
