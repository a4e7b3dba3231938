/** What a pass reports about itself at its end, whichever stage it reached. */
import type { AssertionResult } from '../governance/types.js';
import type { Unit } from '../governance/unit.js';
import type { ExitCode } from '../kernel/error.js';
import type { Graded, PassRequest, Role, Stage, Undone } from './types.js';

/** What a pass that is over tells: as much as it came to. */
export type PassFacts = {
  readonly role: Role;
  /** Empty: the pass did not begin. */
  readonly runId: string;
  readonly project: string | undefined;
  /** What of the project's work, where it is not its next pass. */
  readonly unit: string | undefined;
  /** There was work to do: of a project, or of an idle tier. */
  readonly found: boolean;
  readonly objective: string | undefined;
  readonly prompt: string | undefined;
  readonly quality: Graded['quality'] | undefined;
  readonly outputs: readonly string[];
  readonly undone: readonly Undone[];
  readonly refused: readonly string[];
  readonly stop: readonly AssertionResult[];
  readonly notes: readonly string[];
  readonly nightOver: string | undefined;
};

export type PassReport = {
  readonly exit: ExitCode;
  readonly outcome: string;
  readonly data: PassFacts;
};

const NOTHING = {
  runId: '',
  project: undefined,
  unit: undefined,
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
    unit: unitOf(stage)?.id,
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

export function unitOf(stage: Stage): Unit | undefined {
  return 'unit' in stage ? stage.unit : undefined;
}

export function projectOf(stage: Stage): string | undefined {
  return 'project' in stage ? stage.project : undefined;
}
