/**
 * Steps with tags are done on another machine that has them: each is a task in the outbox of the
 * mesh, an object of the workspace like any other. This file knows no mesh, and works without one:
 * then the task waits, until its deadline.
 */
import { defined } from '../../../kernel/defined.js';
import { freeName, slugOf } from '../../../kernel/slug.js';
import { renderFrontMatter, renderYaml } from '../../../markdown/render-yaml.js';
import type { Value } from '../../../markdown/types.js';
import { fieldText } from '../../../project/field-text.js';
import type { Change, Snapshot } from '../../../workspace/types.js';
import { untilOf, isPast } from '../engine/until.js';
import type { Plan, PlanEvent, StepDefinition, StepStatus } from '../types.js';
import { filesOf } from './files-of.js';

const TASK = 'MESH-TASK';
const PREFIX = 'plan-';
/** Of a step that says none. */
const LONGEST = '24h';

export function isForMesh({ tags = [] }: StepDefinition): boolean {
  return tags.length > 0;
}

/** A run that is a task of the mesh, not a pass. */
export function isTask(runId: string): boolean {
  return runId.startsWith(PREFIX);
}

export type Proposed = { readonly event: PlanEvent; readonly page: Change };

/** @param step that is ready, and has tags. Nothing where the workspace knows no mesh. */
export function proposeStep(
  plan: Plan,
  definition: StepDefinition,
  { snapshot, time }: { readonly snapshot: Snapshot; readonly time: string },
): Proposed | undefined {
  if (!snapshot.schema.objects.has(TASK)) return undefined;
  const name = slugOf(`${PREFIX}${plan.project}-${definition.id}`);
  const task = freeName(name, (taken) => snapshot.files.has(pageOf(taken)));
  const consumed = filesOf(snapshot, plan.project, definition.consumes);
  return {
    event: { kind: 'started', time, step: definition.id, runId: task, consumed },
    page: { kind: 'write', path: pageOf(task), content: pageText(plan.project, definition) },
  };
}

/** What the tasks of the running steps have come to. */
export function taskOutcomes(plan: Plan, snapshot: Snapshot, time: string): readonly PlanEvent[] {
  return plan.definitions.flatMap((definition): readonly PlanEvent[] => {
    const status = plan.steps.get(definition.id);
    const { state, runId = '' } = status ?? {};
    if (status === undefined || state !== 'running' || !isTask(runId)) return [];
    const event = outcomeOf({ plan, definition, status, runId }, snapshot, time);
    return event === undefined ? [] : [event];
  });
}

type Running = {
  readonly plan: Plan;
  readonly definition: StepDefinition;
  readonly status: StepStatus;
  readonly runId: string;
};

function outcomeOf(
  { plan, definition, status, runId }: Running,
  snapshot: Snapshot,
  time: string,
): PlanEvent | undefined {
  const { id: step } = definition;
  const page = snapshot.record(TASK, runId);
  if (page === undefined) return { kind: 'lost', time, step, runId };
  const why = fieldText(page, 'why');
  switch (fieldText(page, 'state')) {
    case 'completed': {
      const { produces, writes } = definition;
      const globs = produces.length > 0 ? produces : writes;
      const produced = filesOf(snapshot, plan.project, globs);
      return {
        kind: 'proved',
        time,
        step,
        runId,
        produced,
        ...defined({ consumed: status.consumed }),
      };
    }
    case 'released':
      return failed(step, {
        time,
        runId,
        cause: 'agent',
        why: `No node did it: ${why || 'no reason was given'}`,
      });
    case 'rejected':
      return failed(step, {
        time,
        runId,
        cause: 'rejected',
        why: `The task was rejected: ${why || 'no reason was given'}`,
      });
    case 'cancelled':
      // An aborted plan has cancelled it itself: the step may go on when the plan does.
      if (plan.status === 'aborted') return { kind: 'lost', time, step, runId };
      return { kind: 'failed', time, step, cause: 'rejected', why: 'You cancelled its task.' };
    default: {
      const until = untilOf(definition.deadline ?? LONGEST, status.since ?? time);
      if (!isPast(until, time)) return undefined;
      const late = `No node has done it by ${until ?? ''}.`;
      return failed(step, { time, runId, cause: 'budget', why: late });
    }
  }
}

/** The mesh has tried it as often as the step allows. */
function failed(
  step: string,
  event: Pick<Extract<PlanEvent, { kind: 'failed' }>, 'time' | 'cause' | 'why'> & {
    readonly runId: string;
  },
): PlanEvent {
  return { kind: 'failed', step, ...event, isFinal: true };
}

const OVER: readonly string[] = ['completed', 'rejected', 'cancelled', 'released'];

/** Cancels tasks that no plan waits for any more: the step was decided, or the plan has ended. */
export function cancelOrphans(snapshot: Snapshot, plans: readonly Plan[]): readonly Change[] {
  const awaited = new Set(
    plans.flatMap(({ status, steps }) =>
      status === 'aborted'
        ? []
        : [...steps.values()].flatMap(({ state, runId = '' }) =>
            state === 'running' ? [runId] : [],
          ),
    ),
  );
  return snapshot.records(TASK).flatMap((page): readonly Change[] => {
    const isOurs = isTask(page.key) && !awaited.has(page.key);
    if (!isOurs || OVER.includes(fieldText(page, 'state'))) return [];
    return [
      { kind: 'set', address: `${page.file}#state`, value: 'cancelled' },
      { kind: 'set', address: `${page.file}#why`, value: 'its plan no longer waits for it' },
    ];
  });
}

function pageOf(task: string): string {
  return `mesh/outbox/${task}.md`;
}

function pageText(project: string, definition: StepDefinition): string {
  const { title, objective, tags = [], writes, produces, criteria, budget, retries } = definition;
  const inside = (globs: readonly string[]) => [...new Set(globs)];
  const fields = defined({
    title,
    project,
    tags: [...tags],
    writes: inside([...writes, ...produces]),
    produces: produces.filter((path) => !/[*?[{]/.test(path)),
    minutes: budget.minutes === undefined ? undefined : Math.ceil(budget.minutes),
    tokens: budget.tokens === undefined ? undefined : Math.ceil(budget.tokens),
    retries: Math.min(retries, 10),
  });
  const block =
    criteria.length === 0
      ? ''
      : `\n\`\`\`yaml criteria\n${renderYaml(criteria as Value).trimEnd()}\n\`\`\`\n`;
  return `---\n${renderFrontMatter(fields)}---\n\n${objective.trim()}\n${block}`;
}
