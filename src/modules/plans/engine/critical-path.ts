/** The longest way through a plan: what decides how long it takes at least. */
import type { StepDefinition } from '../types.js';
import { graphOf } from './graph.js';

/** From first to last. `minutes` of a step: measured, estimated or its budget. */
export function criticalPath(
  definitions: readonly StepDefinition[],
  minutes: (step: StepDefinition) => number = (step) => step.budget.minutes ?? 1,
): readonly string[] {
  const graph = graphOf(definitions);
  const ends = new Map<string, number>();
  const before = new Map<string, string>();
  let last: string | undefined;
  for (const id of graph.order) {
    const definition = graph.definitions.get(id);
    if (definition === undefined) continue;
    let start = 0;
    for (const need of graph.needs.get(id) ?? []) {
      const end = ends.get(need);
      if (end === undefined || (end <= start && before.has(id))) continue;
      start = end;
      before.set(id, need);
    }
    ends.set(id, start + minutes(definition));
    if (last === undefined || (ends.get(id) ?? 0) > (ends.get(last) ?? 0)) last = id;
  }
  const path: string[] = [];
  for (let step = last; step !== undefined; step = before.get(step)) path.unshift(step);
  return path;
}
