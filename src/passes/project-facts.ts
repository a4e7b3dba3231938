/** Everything about one project that its owner may want to see, for `project show`. */
import { projectState } from '../governance/project-state.js';
import type { AssertionResult } from '../governance/types.js';
import { meanDistance } from '../governance/conditions/distance.js';
import { stopConditionOf } from '../project/condition-source.js';
import { fieldInt, fieldList, fieldText } from '../project/field-text.js';
import { phaseGraph } from '../project/phases.js';
import { projectWrites } from '../project/project-writes.js';
import { isOpenQuestion } from '../project/question-state.js';
import { lastRows } from '../project/recent-rows.js';
import type { Rec } from '../markdown/types.js';
import type { Snapshot, Workspace } from '../workspace/types.js';
import { type FileFacts, projectHistory, type ProgressPoint } from './project-history.js';
import { presentState } from './worker/present-state.js';

/** Passes that it reports; the logs have all. */
const MOST_PASSES = 100;

export type ProjectFacts = {
  readonly slug: string;
  readonly status: string;
  readonly priority: number | null;
  readonly state: string;
  readonly why: string;
  readonly mission: string;
  readonly phase: string;
  readonly objective: string;
  readonly nextObjective: string;
  readonly escalation: string;
  /** Where the objective of the next pass can be changed: an address for `set`. */
  readonly addresses: { readonly objective: string; readonly priority: string };
  readonly phases: readonly {
    readonly name: string;
    readonly objective: string;
    readonly successors: readonly string[];
    readonly isCurrent: boolean;
  }[];
  /** Programs are not run: their assertions are as the last pass left them. */
  readonly stop: readonly AssertionResult[];
  /** The address of the stop condition; empty when there is none. */
  readonly stopFrom: string;
  /** Of the stop condition now; `null` without one. */
  readonly distance: number | null;
  /** After each pass, the oldest first. */
  readonly course: readonly ProgressPoint[];
  readonly passes: readonly {
    readonly run: string;
    readonly started: string;
    readonly ended: string;
    readonly grade: string;
    readonly outcome: string;
  }[];
  readonly questions: readonly { readonly id: string; readonly question: string }[];
  readonly outputs: readonly string[];
  readonly files: readonly FileFacts[];
};

/** @param project its record. */
export async function projectFacts(
  workspace: Workspace,
  snapshot: Snapshot,
  project: Rec,
): Promise<ProjectFacts> {
  const slug = project.key;
  const row = snapshot.record('DISPATCH', slug);
  const phase = fieldText(project, 'phase.name');
  const stop = await stopNow(workspace, snapshot, project);
  const runs = lastRows(
    snapshot,
    'RUN',
    MOST_PASSES,
    (run) => fieldText(run, 'project') === slug,
    slug,
  );
  const { course, files } = projectHistory(snapshot, project, runs);
  return {
    slug,
    status: fieldText(row, 'status'),
    priority: fieldInt(row, 'priority') ?? null,
    ...projectState(snapshot, slug),
    mission: fieldText(project, 'mission'),
    phase,
    objective: fieldText(project, 'phase.objective'),
    nextObjective: fieldText(project, 'next_pass.objective'),
    escalation: fieldText(row, 'escalation'),
    addresses: {
      objective: `${project.file}#next_pass.objective`,
      priority: `DISPATCH[${slug}].priority`,
    },
    phases: [...phaseGraph(snapshot, slug).phases.values()].map((each) => ({
      name: each.name,
      objective: each.objective,
      successors: each.successors,
      isCurrent: each.name === phase,
    })),
    stop,
    stopFrom: stopConditionOf(snapshot, slug).from,
    distance: stop.length === 0 ? null : meanDistance(stop),
    course,
    passes: runs.toReversed().map(passOf),
    questions: snapshot
      .records('NOTIFICATION')
      .filter((record) => fieldText(record, 'project') === slug && isOpenQuestion(snapshot, record))
      .map((record) => ({ id: record.key, question: fieldText(record, 'action_needed') })),
    outputs: fieldList(project, 'last_pass.outputs'),
    files,
  };
}

async function stopNow(
  workspace: Workspace,
  snapshot: Snapshot,
  project: Rec,
): Promise<readonly AssertionResult[]> {
  const looking = { workspace, signal: new AbortController().signal };
  const writes = projectWrites(project, project.key);
  const { stopCondition } = await presentState(
    looking,
    { project: project.key, writes, idle: undefined },
    snapshot,
  );
  return stopCondition;
}

function passOf(run: Rec): ProjectFacts['passes'][number] {
  return {
    run: run.key,
    started: fieldText(run, 'started'),
    ended: fieldText(run, 'ended'),
    grade: fieldText(run, 'grade'),
    outcome: fieldText(run, 'outcome'),
  };
}
