/** Whether the proof of a step still holds: its definition and what it consumed are unchanged. */
import type { StepDefinition, StepStatus } from '../types.js';
import { definitionHash } from './definition-hash.js';
import { consumesOf, type Graph } from './graph.js';

type Inputs = {
  readonly steps: ReadonlyMap<string, StepStatus>;
  /** Also these, whatever the step consumes by definition. */
  readonly consumed?: Readonly<Record<string, string>>;
};

export function proofHolds(
  definition: StepDefinition,
  status: StepStatus,
  graph: Graph,
  steps: ReadonlyMap<string, StepStatus>,
): boolean {
  if (status.produced === undefined || status.definition !== definitionHash(definition))
    return false;
  const { consumed } = status;
  if (consumed === undefined) return true;
  const now = presentInputs(definition, graph, { steps, consumed });
  return Object.entries(now).every(([path, hash]) => consumed[path] === hash);
}

/** The files that a step consumes, as last proved. If several steps make one, the last counts. */
export function presentInputs(
  { id, consumes }: StepDefinition,
  { producers }: Graph,
  { steps, consumed = {} }: Inputs,
): Readonly<Record<string, string>> {
  const now: Record<string, string> = {};
  for (const producer of producers.get(id) ?? []) {
    const { produced = {}, recovers } = steps.get(producer) ?? {};
    // The step that it replaced has its files, or newer ones.
    if (recovers !== undefined) continue;
    for (const [path, hash] of Object.entries(produced))
      if (path in consumed || consumesOf(consumes, path)) now[path] = hash;
  }
  return now;
}
