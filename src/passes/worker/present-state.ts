/**
 * The criteria and the stop condition before the agent works: what the brief says, and what the
 * grade compares with.
 */
import { evaluateConditions } from '../../governance/conditions/evaluate.js';
import { evaluateIdle } from '../../governance/idle-work.js';
import type { AssertionResult } from '../../governance/types.js';
import { defined } from '../../kernel/defined.js';
import { commandsIn, criteriaOf, stopConditionOf } from '../../project/condition-source.js';
import type { Condition } from '../../project/condition-types.js';
import { fieldText } from '../../project/field-text.js';
import { lastRow } from '../../project/recent-rows.js';
import type { Snapshot } from '../../workspace/types.js';
import { runRecord } from '../run-record.js';
import type { Chosen, PassEnvironment } from '../types.js';
import { producedBy, unitConditions } from '../units/unit-conditions.js';

export type PresentState = {
  readonly criteria: readonly AssertionResult[];
  readonly stopCondition: readonly AssertionResult[];
};
/** What of the environment of a pass it takes to look. */
type Looking = Pick<PassEnvironment, 'workspace' | 'signal'>;
const NOTHING: PresentState = { criteria: [], stopCondition: [] };

/**
 * Programs do not run here, because nothing could undo what they write before there is a baseline:
 * their assertions are as the last pass left them.
 */
export async function presentState(
  env: Looking,
  { project, unit, writes, idle }: Pick<Chosen, 'project' | 'unit' | 'writes' | 'idle'>,
  snapshot: Snapshot,
): Promise<PresentState> {
  if (idle !== undefined)
    return {
      criteria: [evaluateIdle(idle, { snapshot, changed: [], diagnostics: [] })],
      stopCondition: [],
    };
  if (project === undefined) return NOTHING;
  const last = unit === undefined ? lastRecord(env, project, snapshot) : undefined;
  const before = hashesOf(snapshot, `PROJECTS/${project}/`);
  const of = (
    assertions: readonly Condition[],
    earlier: readonly AssertionResult[] = [],
  ): Promise<readonly AssertionResult[]> =>
    withoutPrograms(assertions, {
      env,
      project,
      writes,
      snapshot,
      before,
      earlier,
      folder: unit?.folder,
    });
  if (unit !== undefined)
    return {
      criteria: [...producedBy(unit, snapshot), ...(await of(unitConditions(unit)))],
      stopCondition: [],
    };
  return {
    criteria: await of(criteriaOf(snapshot, project).assertions, last?.criteria),
    stopCondition: await of(stopConditionOf(snapshot, project).assertions, last?.stop),
  };
}

function lastRecord(
  { workspace }: Looking,
  project: string,
  snapshot: Snapshot,
): { criteria: readonly AssertionResult[]; stop: readonly AssertionResult[] } | undefined {
  const run = lastRow(
    snapshot,
    'RUN',
    (row) => fieldText(row, 'project') === project && fieldText(row, 'grade') !== '',
  );
  return run === undefined ? undefined : runRecord(workspace.state, run.key)?.after;
}

type Input = {
  readonly env: Looking;
  readonly project: string;
  readonly writes: readonly string[];
  readonly snapshot: Snapshot;
  /** The pass begins here: nothing has changed since. */
  readonly before: ReadonlyMap<string, string>;
  readonly earlier: readonly AssertionResult[];
  readonly folder: string | undefined;
};

async function withoutPrograms(
  assertions: readonly Condition[],
  { env, project, writes, snapshot, before, earlier, folder }: Input,
): Promise<readonly AssertionResult[]> {
  const record = snapshot.record('PROJECT', project);
  const still = assertions.filter((assertion) => commandsIn([assertion]).length === 0);
  const results = await evaluateConditions(still, {
    snapshot,
    project,
    writes,
    phaseStarted: fieldText(record, 'phase.started'),
    lastPass: fieldText(record, 'last_pass.date'),
    before,
    signal: env.signal,
    ...defined({ folder }),
  });
  return assertions.map(
    (assertion) =>
      results[still.indexOf(assertion)] ??
      earlier.find((result) => result.assertion === assertion.text) ??
      notChecked(assertion),
  );
}

function notChecked({ text }: Condition): AssertionResult {
  const expected = 'its program to say so';
  return { assertion: text, holds: false, expected, found: 'it has not run yet', distance: 1 };
}

function hashesOf(snapshot: Snapshot, folder: string): ReadonlyMap<string, string> {
  const hashes = new Map<string, string>();
  for (const path of snapshot.files.keys()) {
    const hash = path.startsWith(folder) ? snapshot.hash(path) : undefined;
    if (hash !== undefined) hashes.set(path, hash);
  }
  return hashes;
}
