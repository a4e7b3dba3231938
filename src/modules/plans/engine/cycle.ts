/** The first cycle among the steps of a plan, as a path. */
import type { StepDefinition } from '../types.js';
import { graphOf } from './graph.js';

/** `['a', 'b', 'a']`: a needs b, which needs a. */
export function cycleOf(definitions: readonly StepDefinition[]): readonly string[] | undefined {
  const { needs, waves } = graphOf(definitions);
  const start = definitions.find(({ id }) => !waves.has(id))?.id;
  if (start === undefined) return undefined;
  // A step without a wave needs one without a wave, so that this walk comes back to itself.
  const path: string[] = [];
  const seen = new Map<string, number>();
  for (let step: string | undefined = start; step !== undefined; ) {
    const first = seen.get(step);
    if (first !== undefined) return [...path.slice(first), step];
    seen.set(step, path.length);
    path.push(step);
    step = needs.get(step)?.find((need) => needs.has(need) && !waves.has(need));
  }
  return undefined;
}
