/** Whether the proof of a step still holds: its definition and what it consumed are unchanged. */
import type { StepDefinition, StepStatus } from '../types.js';
import { definitionHash } from './definition-hash.js';
import { consumesOf, type Graph } from './graph.js';

export function proofHolds(
  definition: StepDefinition,
  status: StepStatus,
  graph: Graph,
  steps: ReadonlyMap<string, StepStatus>,
): boolean {
  if (status.produced === undefined || status.definition !== definitionHash(definition))
    return false;
  const { consumed } = status;
  const producers = graph.producers.get(definition.id);
  if (consumed === undefined || producers === undefined) return true;
  // Where several steps make the same file one after the other, the last one counts.
  const now = new Map<string, string>();
  for (const producer of producers)
    for (const [path, hash] of Object.entries(steps.get(producer)?.produced ?? {})) {
      if (path in consumed || consumesOf(definition.consumes, path)) now.set(path, hash);
    }
  return [...now].every(([path, hash]) => consumed[path] === hash);
}
