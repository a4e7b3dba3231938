/** What a pass reports about itself at its end, whichever stage it reached. */
import type { PassFacts, PassRequest, Stage } from './types.js';

const NOTHING = {
  runId: '',
  project: undefined,
  found: false,
  objective: undefined,
  prompt: undefined,
  quality: undefined,
  outputs: [],
  undone: [],
  refused: [],
  stop: [],
  notes: [],
  nightOver: undefined,
} as const;

/** Of a pass that the gate did not let in. */
export function noFacts({ role }: PassRequest): PassFacts {
  return { ...NOTHING, role };
}

export function factsOf(stage: Stage): PassFacts {
  return {
    ...noFacts(stage.request),
    runId: stage.runId,
    notes: stage.notes,
    nightOver: stage.nightOver,
    project: projectOf(stage),
    found: 'objective' in stage || projectOf(stage) !== undefined,
    objective: 'objective' in stage ? stage.objective : undefined,
    prompt: 'prompt' in stage ? stage.prompt : undefined,
    outputs: 'undone' in stage ? stage.outputs : [],
    undone: 'undone' in stage ? stage.undone : [],
    quality: 'quality' in stage ? stage.quality : undefined,
    refused: 'quality' in stage ? stage.refused : [],
    stop: 'stop' in stage ? stage.stop : [],
  };
}

export function projectOf(stage: Stage): string | undefined {
  return 'project' in stage ? stage.project : undefined;
}
