/** What the module of a unit does itself: before the agent, instead of it, and with its changes. */
import { emptyReport } from '../../agents/parse-report.js';
import { NO_USAGE, type RunOutcome } from '../../agents/types.js';
import type { Unit, UnitVerdict } from '../../governance/unit.js';
import { NocturneError } from '../../kernel/error.js';
import type { Snapshot } from '../../workspace/types.js';
import type { PassCopy } from '../copy/pass-copy.js';
import { moduleOf } from '../modules/module-hooks.js';
import type { Reconciliation } from '../reconcile/reconcile.js';
import type { UnitLook, UnitWork } from '../module.js';
import type { Briefed, PassEnvironment, Reconciled, Worked } from '../types.js';

/** Whether it can only be done in a copy. */
export function needsCopy(unit: Unit | undefined): boolean {
  return unit?.keepsChanges === true || unit?.byModule === true;
}

/** @throws NocturneError `CONFIG` where the unit needs a copy and has none. */
export function prepareUnit(
  env: PassEnvironment,
  { unit, runId, copy }: Pick<Briefed, 'unit' | 'runId' | 'copy'>,
  snapshot: Snapshot,
): void {
  if (unit === undefined) return;
  if (copy !== undefined)
    moduleOf(env, unit)?.prepare?.(unit, { snapshot, state: env.workspace.state, runId, copy });
  else if (needsCopy(unit))
    throw new NocturneError('CONFIG', `${unit.id} works in a copy of its own, and has none`);
}

export async function performUnit(
  env: PassEnvironment,
  pass: Briefed & { readonly unit: Unit },
  signal: AbortSignal,
): Promise<RunOutcome> {
  const { workspace, say } = env;
  const { unit, runId, copy, sandbox } = pass;
  const module = moduleOf(env, unit);
  if (copy === undefined || module?.perform === undefined)
    throw new NocturneError('INTERNAL', `${unit.id} has no copy, or nobody who does it`);
  const snapshot = workspace.snapshot();
  const context = { workspace, snapshot, runId, signal, say, copy, sandbox };
  try {
    const ended = endedWith(await module.perform(unit, context));
    return signal.aborted
      ? { kind: 'failed', failure: 'cancelled', ...ended }
      : { kind: 'finished', ...ended };
  } catch (error) {
    if (!(error instanceof NocturneError) || error.code !== 'CONFLICT') throw error;
    return { kind: 'failed', failure: 'crashed', ...endedWith(error.message) };
  }
}

function endedWith(detail: string): Omit<RunOutcome, 'kind'> {
  const report = { ...emptyReport([]), summary: detail };
  return { detail, usage: NO_USAGE, report, tail: '', model: '' };
}

export type UnitPass = Worked & { readonly unit: Unit; readonly copy: PassCopy };
type Found = { readonly found: Reconciliation; readonly verdict: UnitVerdict };

export function keepChanges(
  env: PassEnvironment,
  pass: UnitPass,
  { found, verdict }: Found,
  snapshot: Snapshot,
): void {
  const { unit } = pass;
  moduleOf(env, unit)?.keep?.(unit, workOf(env, pass, { found, verdict }, snapshot));
}

function workOf(
  env: PassEnvironment,
  { copy, outcome }: UnitPass,
  { found, verdict }: Found,
  snapshot: Snapshot,
): UnitWork {
  const { accepted, undone } = found;
  const where = { snapshot, state: env.workspace.state, step: 'T5' };
  return { ...where, verdict, accepted, undone, copy, report: outcome.report };
}

/** Who has to look at the changes of a unit that is proved. */
export function looksAt(
  env: PassEnvironment,
  pass: UnitPass & Pick<Reconciled, 'findings'>,
  work: Found,
  snapshot: Snapshot,
): UnitLook | undefined {
  const { unit, findings } = pass;
  const context = { ...workOf(env, pass, work, snapshot), findings };
  return moduleOf(env, unit)?.looks?.(unit, context);
}
