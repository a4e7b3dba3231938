/** What a pass that is over tells of itself, whichever stage it came to. */
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
    project: projectOf(stage),
    found: 'objective' in stage || projectOf(stage) !== undefined,
    ...('objective' in stage ? { objective: stage.objective } : {}),
    ...('prompt' in stage ? { prompt: stage.prompt } : {}),
    ...('undone' in stage ? { outputs: stage.outputs, undone: stage.undone } : {}),
    ...('quality' in stage ? { quality: stage.quality, refused: stage.refused } : {}),
    ...('stop' in stage ? { stop: stage.stop } : {}),
  };
}

export function projectOf(stage: Stage): string | undefined {
  return 'project' in stage ? stage.project : undefined;
}
