/** What `status` and the morning page say about plans. */
import { plural } from '../../../kernel/words.js';
import { fieldText, fieldTime } from '../../../project/field-text.js';
import { plain } from '../../../project/page-text.js';
import type { ModuleState } from '../../../passes/module.js';
import type { Snapshot } from '../../../workspace/types.js';
import { dataOf, PLAN_EVENT } from '../log/plan-log.js';
import { plannedProjects, readPlan } from '../page/read-plan.js';
import { type PlanFacts, planFacts } from './plan-facts.js';

export function plansState(snapshot: Snapshot): ModuleState | undefined {
  const plans = allFacts(snapshot);
  if (plans.length === 0) return undefined;
  return { lines: plans.flatMap(stateLine), facts: plans };
}

/** One line for each plan that goes on or waits for its owner. */
export function planProgress(snapshot: Snapshot): readonly string[] {
  return allFacts(snapshot).flatMap(stateLine);
}

function allFacts(snapshot: Snapshot): readonly PlanFacts[] {
  return plannedProjects(snapshot).map((project) =>
    planFacts(readPlan(snapshot, project), project),
  );
}

const TOLD = ['running', 'ready', 'retry', 'review', 'asked', 'failed', 'blocked'] as const;

function stateLine(facts: PlanFacts): readonly string[] {
  const { project, status, steps, proved, open, problems, file } = facts;
  const [problem] = problems;
  if (problem !== undefined)
    return [`Plan ${project} stands still: ${file}:${problem.line}: ${problem.message}`];
  const isOn = status === 'approved' || status === 'running' || status === 'paused';
  if (!isOn) return [];
  const counts = TOLD.flatMap((state) => {
    const count = steps.filter((step) => step.state === state).length;
    return count === 0 ? [] : [`${count} ${state}`];
  });
  const rest = counts.length === 0 ? '' : `; ${counts.join(', ')}`;
  return [
    `Plan ${project} is ${status}: ${proved} of ${plural(proved + open, 'step')} proved${rest}`,
  ];
}

/** One line for each step that failed since then, and each plan that ended without all of it. */
export function planFailures(snapshot: Snapshot, since: Date): readonly string[] {
  if (!snapshot.schema.objects.has(PLAN_EVENT)) return [];
  const lines = new Map<string, string>();
  for (const row of snapshot.rows(PLAN_EVENT, { newestFirst: true })) {
    if ((fieldTime(row, 'time') ?? 0) < since.getTime()) break;
    const project = fieldText(row, 'project');
    const status = dataOf(row, 'made')['status'];
    const add = (key: string, text: string): void => {
      if (!lines.has(key)) lines.set(key, text);
    };
    if (status === 'failed' || status === 'aborted') add(project, `plan ${project} is ${status}`);
    const step = fieldText(row, 'step');
    const why = plain(fieldText(row, 'why'));
    if (fieldText(row, 'event') === 'failed')
      add(`${project}/${step}`, `plan ${project}, step ${step}: ${why}`);
  }
  return [...lines.values()].reverse();
}
