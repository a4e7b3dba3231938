/** What an event changed in a plan, as the log has it: enough to restore the plan. */
import { isDeepStrictEqual } from 'node:util';
import { defined } from '../../../kernel/defined.js';
import type { Plan, StepDefinition, StepStatus } from '../types.js';

export type PlanDelta = {
  readonly title?: string;
  readonly template?: string;
  readonly status?: Plan['status'];
  readonly policy?: Plan['policy'];
  /** The ids in the order of the page, where it changed. */
  readonly order?: readonly string[];
  readonly definitions?: Readonly<Record<string, StepDefinition>>;
  readonly steps?: Readonly<Record<string, StepStatus>>;
};

/** Without `before`: everything. */
export function deltaOf(before: Plan | undefined, after: Plan): PlanDelta {
  const order = after.definitions.map(({ id }) => id);
  const known = new Map(before?.definitions.map((definition) => [definition.id, definition]));
  const definitions = after.definitions.filter(
    (definition) => !isDeepStrictEqual(known.get(definition.id), definition),
  );
  const steps = [...after.steps].filter(
    ([id, status]) => !isDeepStrictEqual(before?.steps.get(id), status),
  );
  const changed = <T>(old: T | undefined, now: T): T | undefined => (old === now ? undefined : now);
  const sameOrder = isDeepStrictEqual(
    before?.definitions.map(({ id }) => id),
    order,
  );
  return defined({
    title: changed(before?.title, after.title),
    template: changed(before?.template, after.template),
    status: changed(before?.status, after.status),
    policy: changed(before?.policy, after.policy),
    order: sameOrder ? undefined : order,
    definitions:
      definitions.length === 0
        ? undefined
        : Object.fromEntries(definitions.map((definition) => [definition.id, definition])),
    steps: steps.length === 0 ? undefined : Object.fromEntries(steps),
  });
}

/** A plan while its rows are read. */
export type PlanParts = {
  title: string;
  template: string;
  status: Plan['status'];
  policy: Plan['policy'];
  order: readonly string[];
  readonly definitions: Map<string, StepDefinition>;
  readonly steps: Map<string, StepStatus>;
};

export function emptyParts(): PlanParts {
  return {
    title: '',
    template: '',
    status: 'draft',
    policy: 'continue_best_effort',
    order: [],
    definitions: new Map(),
    steps: new Map(),
  };
}

export function addDelta(parts: PlanParts, delta: PlanDelta): void {
  const { definitions = {}, steps = {}, ...rest } = delta;
  Object.assign(parts, rest);
  for (const [id, definition] of Object.entries(definitions)) parts.definitions.set(id, definition);
  for (const [id, status] of Object.entries(steps)) parts.steps.set(id, status);
  if (delta.order === undefined) return;
  const kept = new Set(delta.order);
  for (const id of parts.definitions.keys()) if (!kept.has(id)) parts.definitions.delete(id);
  for (const id of parts.steps.keys()) if (!kept.has(id)) parts.steps.delete(id);
}

export function planOfParts(project: string, parts: PlanParts): Plan {
  const { title, template, status, policy, order, definitions, steps } = parts;
  return {
    project,
    title,
    template,
    status,
    policy,
    definitions: order.flatMap((id) => definitions.get(id) ?? []),
    steps: new Map(order.flatMap((id) => entry(id, steps.get(id)))),
  };
}

function entry(id: string, status: StepStatus | undefined): readonly [string, StepStatus][] {
  return status === undefined ? [] : [[id, status]];
}
