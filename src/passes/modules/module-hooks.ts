/**
 * Where a worker pass asks its modules, in addition to T8: before the choice of a project, for the
 * brief, when its work is judged, and when the pass is recorded.
 */
import type { Fragment } from '../../agents/types.js';
import type { Offer, Unit, UnitVerdict } from '../../governance/unit.js';
import type { AlikePart } from '../../governance/quality/repeats.js';
import type { RuleFinding } from '../../governance/rule-finding.js';
import { isProtected } from '../../integrity/protected-files.js';
import { defined } from '../../kernel/defined.js';
import { NocturneError, messageOf } from '../../kernel/error.js';
import { viewAfter } from '../../workspace/draft-view.js';
import type { Snapshot } from '../../workspace/types.js';
import { withCommitMutex } from '../../workspace/mutex.js';
import { type Act, type Deed, noteAct, partsOf } from '../act.js';
import type {
  AlikeContext,
  ExamineContext,
  ModuleChange,
  ModuleContext,
  PassEvent,
  PassModule,
  UnitContext,
} from '../module.js';
import { readScope } from '../read-scope.js';
import type { Chosen, Entered, PassEnvironment, StepContext, StepId, Worked } from '../types.js';

/** Those that are installed and that R8 enables, in its order. */
export function enabledModules(
  { modules }: Pick<PassEnvironment, 'modules'>,
  snapshot: Snapshot,
): readonly PassModule[] {
  return snapshot.schema.modules
    .filter((row) => row.enabled)
    .flatMap((row) => modules.filter((candidate) => candidate.name === row.name));
}

/**
 * What each module does before a project is chosen, on the workspace as the one before it leaves
 * it. What a module cannot do is on record, and no reason for the night to end.
 */
export async function runBefore(
  env: PassEnvironment,
  pass: Pick<Entered, 'request' | 'runId'>,
  snapshot: Snapshot,
): Promise<{ readonly acts: readonly Act[]; readonly view: Snapshot }> {
  const { state, root } = env.workspace;
  const acts: Act[] = [];
  let view = snapshot;
  for (const module of enabledModules(env, snapshot)) {
    try {
      let asked: ReturnType<NonNullable<PassModule['before']>>;
      withCommitMutex(root, () => {
        asked = module.before?.({ snapshot: view, state, step: 'T1' });
      });
      const change = await asked;
      if (change === undefined) continue;
      const act = (): Deed => change;
      view = viewAfter(view, partsOf(pass, [act]));
      acts.push(act);
    } catch (error) {
      if (!(error instanceof NocturneError) || error.code === 'LEASE_LOST') throw error;
      env.say(`     ${module.name}: ${error.message}`);
      acts.push(failedRow('T1', { type: 'modules', module: module.name, error }));
    }
  }
  return { acts, view };
}

function failedRow(
  step: StepId,
  failure: { readonly type: string; readonly module: string; readonly error: unknown },
): Act {
  const { type, module, error } = failure;
  const detail = messageOf(error).slice(0, 300);
  return noteAct(step, { type, target: module, result: 'failed', detail });
}

/**
 * For the brief. What a module cannot tell is named in the audit log, and the pass goes on without
 * it.
 */
export async function moduleFragments(
  env: PassEnvironment,
  pass: Pick<Chosen, 'project' | 'unit' | 'writes' | 'runId' | 'capability'>,
  snapshot: Snapshot,
): Promise<{ readonly fromModules: readonly Fragment[]; readonly acts: readonly Act[] }> {
  const { workspace, signal, say } = env;
  const { project, unit, writes, runId, capability } = pass;
  const fromModules: Fragment[] = [];
  const acts: Act[] = [];
  for (const module of enabledModules(env, snapshot)) {
    // Another machine reads what becomes of it: others would quote pages of this workspace.
    if (unit?.isForeign === true && module.name !== unit.module) continue;
    try {
      const kept = { workspace, snapshot, runId, signal, say };
      const context = { ...kept, project, writes, capability, ...defined({ unit }) };
      const fragments = (await module.fragments?.(context)) ?? [];
      fromModules.push(...fragments.map((fragment) => withTrust(snapshot, fragment)));
    } catch (error) {
      if (error instanceof NocturneError && error.code === 'LEASE_LOST') throw error;
      acts.push(failedRow('T4', { type: 'brief', module: module.name, error }));
    }
  }
  return { fromModules, acts };
}

/** Only a whole page that the owner has signed is an instruction. */
function withTrust(snapshot: Snapshot, fragment: Fragment): Fragment {
  const isSigned =
    fragment.trust === 'instruction' && isProtected(snapshot.schema, fragment.source);
  return { ...fragment, trust: isSigned ? 'instruction' : 'data' };
}

/** What the rules of all modules find. A module that cannot tell blocks. */
export async function moduleFindings(
  env: PassEnvironment,
  context: Omit<ExamineContext, keyof ModuleContext> & Pick<ModuleContext, 'runId' | 'snapshot'>,
): Promise<readonly RuleFinding[]> {
  const { workspace, signal, say } = env;
  const findings: RuleFinding[] = [];
  for (const module of enabledModules(env, context.snapshot))
    try {
      findings.push(...((await module.examine?.({ ...context, workspace, signal, say })) ?? []));
    } catch (error) {
      if (error instanceof NocturneError && error.code === 'LEASE_LOST') throw error;
      const message = `the changes could not be examined: ${messageOf(error)}`;
      findings.push({ effect: 'blocks', rule: module.name, source: '', message });
    }
  return findings;
}

export function hasExaminers(env: PassEnvironment, snapshot: Snapshot): boolean {
  return enabledModules(env, snapshot).some(({ examine }) => examine !== undefined);
}

export type Question = Pick<AlikeContext, 'texts' | 'among' | 'records'> & {
  readonly step: StepId;
};

/**
 * For each text what says the same; `undefined` where no module knows. One that cannot tell is
 * named in the audit log, and the pass goes on with its own comparison.
 */
export type Alike = {
  readonly answers: readonly (readonly AlikePart[])[] | undefined;
  readonly acts: readonly Act[];
};

export async function moduleAlike(
  { env, snapshot }: StepContext,
  pass: Pick<Chosen, 'runId' | 'capability' | 'project' | 'writes'>,
  { step, ...question }: Question,
): Promise<Alike> {
  if (question.texts.length === 0) return { answers: undefined, acts: [] };
  const { workspace, signal, say } = env;
  const { runId } = pass;
  const answers: (readonly (readonly AlikePart[])[])[] = [];
  const acts: Act[] = [];
  for (const module of enabledModules(env, snapshot)) {
    try {
      const context = { workspace, snapshot, runId, scope: readScope(pass), signal, say };
      const answer = await module.alike?.({ ...context, ...question });
      if (answer !== undefined) answers.push(answer);
    } catch (error) {
      if (error instanceof NocturneError && error.code === 'LEASE_LOST') throw error;
      acts.push(failedRow(step, { type: 'alike', module: module.name, error }));
    }
  }
  return {
    answers:
      answers.length === 0
        ? undefined
        : question.texts.map((_, i) => answers.flatMap((answer) => answer[i] ?? [])),
    acts,
  };
}

/** Tells every module what happened. One that fails is on record, and the pass goes on. */
export async function tellModules(
  { env, snapshot }: StepContext,
  { runId }: Pick<Entered, 'runId'>,
  told: { readonly step: StepId; readonly event: PassEvent },
): Promise<readonly Act[]> {
  const { workspace, signal, say } = env;
  const { step, event } = told;
  const acts: Act[] = [];
  for (const module of enabledModules(env, snapshot)) {
    try {
      await module.onEvent?.(event, { workspace, snapshot, runId, signal, say });
    } catch (error) {
      if (error instanceof NocturneError && error.code === 'LEASE_LOST') throw error;
      acts.push(failedRow(step, { type: event.kind, module: module.name, error }));
    }
  }
  return acts;
}

/**
 * Work of all modules, or of one. One that cannot tell offers none, and its projects are not held.
 */
export function offeredUnits(
  env: Pick<PassEnvironment, 'workspace' | 'modules' | 'say'>,
  snapshot: Snapshot,
  onlyOf?: string,
): Offer {
  const { state } = env.workspace;
  const offers = enabledModules(env, snapshot).flatMap((module) => {
    try {
      return module.units?.({ snapshot, state }) ?? [];
    } catch (error) {
      if (!(error instanceof NocturneError)) throw error;
      env.say(`     ${module.name}: ${error.message}`);
      return [];
    }
  });
  return {
    units: offers
      .flatMap(({ units }) => units)
      .filter(({ module }) => onlyOf === undefined || module === onlyOf),
    held: new Map(offers.flatMap(({ held }) => [...held])),
  };
}

export function unitStarted(
  env: PassEnvironment,
  unit: Unit,
  context: Omit<UnitContext, 'state' | 'step'>,
): ModuleChange | undefined {
  const { state } = env.workspace;
  return moduleOf(env, unit)?.started?.(unit, { ...context, state, step: 'T4' });
}

export function unitSettled(
  env: PassEnvironment,
  { unit, verdict }: { readonly unit: Unit; readonly verdict: UnitVerdict },
  snapshot: Snapshot,
): ModuleChange | undefined {
  const { state } = env.workspace;
  return moduleOf(env, unit)?.settled?.(unit, verdict, { snapshot, state, step: 'T6' });
}

export function moduleOf({ modules }: PassEnvironment, unit: Unit): PassModule | undefined {
  return modules.find(({ name }) => name === unit.module);
}

export function moduleRecords(
  env: PassEnvironment,
  { outcome, project, runId, sources }: Worked,
  snapshot: Snapshot,
): readonly ModuleChange[] {
  if (outcome.kind !== 'finished') return [];
  const context = { snapshot, project, runId, used: new Set(sources) };
  return enabledModules(env, snapshot).flatMap((module) => module.recorded?.(context) ?? []);
}
