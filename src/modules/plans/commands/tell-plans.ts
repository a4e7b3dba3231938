/** What `status` and the morning page say about plans. */
import { plural } from '../../../kernel/words.js';
import { fieldText, fieldTime } from '../../../project/field-text.js';
import { plain } from '../../../project/page-text.js';
import type { Rec } from '../../../markdown/types.js';
import type { Failure, ModuleState } from '../../../passes/module.js';
import type { Snapshot } from '../../../workspace/types.js';
import { dataOf, PLAN_EVENT } from '../log/plan-log.js';
import { isActive } from '../engine/transition.js';
import { plannedProjects, readPlan } from '../page/read-plan.js';
import { type PlanFacts, planFacts } from './plan-facts.js';

export function plansState(snapshot: Snapshot): ModuleState | undefined {
  const plans = allFacts(snapshot);
  if (plans.length === 0) return undefined;
  return { lines: plans.flatMap(stateLine), facts: plans };
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
  if (!isActive(status) && status !== 'paused') return [];
  const counts = TOLD.flatMap((state) => {
    const count = steps.filter((step) => step.state === state).length;
    return count === 0 ? [] : [`${count} ${state}`];
  });
  const rest = counts.length === 0 ? '' : `; ${counts.join(', ')}`;
  return [
    `Plan ${project} is ${status}: ${proved} of ${plural(proved + open, 'step')} proved${rest}`,
  ];
}

type Told = {
  /** The newest one since then. */
  status?: string;
  /** Their last failure, and the runs that failed. */
  readonly failed: Map<string, { readonly why: string; readonly runs: string[] }>;
};

/** One line for each plan that ended without all of it, and each step that failed in another. */
export function planFailures(snapshot: Snapshot, since: Date): readonly Failure[] {
  return [...toldSince(snapshot, since)].flatMap(([project, { status, failed }]) => {
    const isOver = status === 'failed' || status === 'aborted';
    const lines = [...failed].map(([step, { why, runs }]) => ({
      line: `plan ${project}, step ${step}: ${why}`,
      runs,
    }));
    if (!isOver) return lines;
    const { plan } = readPlan(snapshot, project);
    const last = [...failed].filter(([step]) => plan?.steps.get(step)?.state === 'failed');
    const steps = last.map(([step, { why }]) => `step ${step}: ${why}`).join('; ');
    const [first] = last.map(([step]) => step);
    const ended = `The plan ${project} ${status === 'failed' ? 'failed' : 'was aborted'}`;
    const line =
      first === undefined
        ? `${ended}.`
        : `${ended}: ${steps.replace(/\.?$/, '.')} Run \`nocturne plan retry ${project} ${first}\`.`;
    return [{ line, runs: lines.flatMap(({ runs }) => runs) }];
  });
}

/** Plans that are done since then, and those that go on or wait for their owner. */
export function planProgress(snapshot: Snapshot, since: Date): readonly string[] {
  const done = [...toldSince(snapshot, since)].flatMap(([project, { status }]) =>
    status === 'done' ? [`Plan ${project} is done`] : [],
  );
  return [...done, ...allFacts(snapshot).flatMap(stateLine)];
}

/** What the log has of each plan since then, the oldest first. */
function toldSince(snapshot: Snapshot, since: Date): ReadonlyMap<string, Told> {
  const plans = new Map<string, Told>();
  if (!snapshot.schema.objects.has(PLAN_EVENT)) return plans;
  const rows: Rec[] = [];
  for (const row of snapshot.rows(PLAN_EVENT, { newestFirst: true })) {
    if ((fieldTime(row, 'time') ?? 0) < since.getTime()) break;
    rows.push(row);
  }
  for (const row of rows.reverse()) {
    const project = fieldText(row, 'project');
    const plan: Told = plans.get(project) ?? { failed: new Map() };
    plans.set(project, plan);
    const { status } = dataOf(row, 'made');
    if (typeof status === 'string') plan.status = status;
    if (fieldText(row, 'event') !== 'failed') continue;
    const step = fieldText(row, 'step');
    const runs = [...(plan.failed.get(step)?.runs ?? []), fieldText(row, 'run')];
    plan.failed.set(step, { why: plain(fieldText(row, 'why')), runs });
  }
  return plans;
}
