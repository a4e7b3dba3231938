/**
 * T5 of a unit: what it did in its copy comes home as a whole, in one commit with the verdict, or
 * not at all. So a step that is lost is done again on the workspace as it was.
 */
import { defined } from '../../kernel/defined.js';
import { NocturneError } from '../../kernel/error.js';
import type { Unit } from '../../governance/unit.js';
import type { Workspace } from '../../workspace/types.js';
import { viewAfter } from '../../workspace/draft-view.js';
import { type Act, noteAct, partsOf } from '../act.js';
import { bringCommitsHome } from '../copy/bring-commits-home.js';
import { compareCopy, type PassInCopy } from '../copy/reconcile-copy.js';
import { unitOf } from '../pass-facts.js';
import { evaluate, evidenceRows } from '../reconcile/evaluate.js';
import { diagnosticsOf, newErrors } from '../reconcile/new-errors.js';
import { examinePass } from '../reconcile/examine-pass.js';
import { agentRow, filesOf, findingRows, sayWhatStays } from '../reconcile/reconcile-pass.js';
import type { Reconciliation } from '../reconcile/reconcile.js';
import { recordReconciliation } from '../reconcile/record-reconciliation.js';
import { bringWorkHome } from '../repository/bring-work-home.js';
import { attemptOf } from '../repository/difference-of.js';
import { mergedView, mergedWork } from '../repository/merged-work.js';
import { requireClaim } from '../require-claim.js';
import type { Moved, Reconciled, Stage, StepContext, UnitProof, Worked } from '../types.js';
import { keepChanges } from './module-work.js';
import { reviewUnit } from './review-unit.js';
import { producedBy } from './unit-conditions.js';
import { verdictOf } from './unit-verdict.js';

type UnitInCopy = Worked & PassInCopy & { readonly unit: Unit };

export function isUnitInCopy(stage: Worked): stage is UnitInCopy {
  return isJudgedWhole(stage);
}

/** Its steps from here to T6 are one commit. */
export function isJudgedWhole(stage: Stage): boolean {
  return unitOf(stage) !== undefined && 'copy' in stage && stage.copy !== undefined;
}

export async function judgeUnit(
  { env, snapshot }: StepContext,
  pass: UnitInCopy,
): Promise<Moved<Reconciled>> {
  const { workspace, say } = env;
  const { unit } = pass;
  requireClaim(workspace, pass);
  const examined = await examinePass(env, pass);
  const judged = { ...pass, ...defined({ examined }) };
  const compared = compareCopy(workspace, judged, snapshot);
  const { found } = compared;
  sayWhatStays(say, found);
  const attempt = attemptOf(workspace, pass);
  const merged = attempt && mergedWork(workspace, attempt, found.accepted);
  const findings = examined?.findings ?? [];
  const seen = { ...pass, ...filesOf(found), findings, ...defined({ merged }) };
  const begun = [agentRow(pass), ...findingRows(examined)];
  const view = viewAfter(snapshot, partsOf(pass, recorded(pass, found)));
  const after = { env, snapshot: view };
  const { acts, ...shown } = await reviewUnit(after, seen, {
    found,
    proof: await proveUnit(after, seen, unit),
  });
  const isKept = unit.keepsChanges === true || shown.verdict.outcome === 'review';
  const proof = isKept ? shown : await mergedProof(workspace, seen, shown);
  const { outcome } = proof.verdict;
  if (isKept) keepChanges(env, pass, { found, verdict: proof.verdict }, snapshot);
  // One that is parked goes on with its own files.
  if (isKept || (outcome !== 'proved' && outcome !== 'parked')) {
    const left = { ...found, accepted: [] };
    const result = isKept ? 'kept' : 'dropped';
    const notMerged = found.accepted.map(({ path }) =>
      noteAct('T5', { type: 'unmerged', target: path, result, detail: outcome }),
    );
    return {
      stage: { ...seen, ...filesOf(left), proof },
      acts: [...begun, ...recorded(pass, left), ...notMerged, ...acts],
    };
  }
  const refused = examined?.blocked?.why;
  const home = { ...compared.placed(), commits: bringCommitsHome(workspace.root, pass, refused) };
  return {
    stage: { ...seen, proof },
    acts: [...begun, ...recorded(pass, home), ...acts],
  };
}

/** Proved is only what could be merged. */
async function mergedProof(
  workspace: Workspace,
  pass: Reconciled,
  proof: UnitProof,
): Promise<UnitProof> {
  if (proof.verdict.outcome !== 'proved') return proof;
  const result = await bringWorkHome(workspace, pass);
  if (result === undefined || result.kind === 'merged' || result.kind === 'unchanged') return proof;
  const cause = result.kind === 'red' ? 'criteria' : 'conflict';
  return { ...proof, verdict: { ...proof.verdict, outcome: 'unproved', cause, why: result.why } };
}

/** What the owner saves after the judgement was not judged, so the pass is judged again. */
function recorded(pass: UnitInCopy, reconciliation: Reconciliation): readonly Act[] {
  const { runId, project, unit } = pass;
  const reconcileAgain = (): never => {
    throw new NocturneError('CONFLICT', 'files have changed since they were judged');
  };
  return recordReconciliation({
    step: 'T5',
    reconciliation,
    runId,
    project,
    unit,
    reconcileAgain,
  });
}

/** @param context its snapshot: the workspace as the pass leaves it. */
export async function proveUnit(
  context: StepContext,
  pass: Reconciled,
  unit: Unit,
): Promise<UnitProof & { readonly acts: readonly Act[] }> {
  const { env } = context;
  const snapshot = mergedView(context.snapshot, pass.merged);
  const subject = { step: 'T5', project: unit.project } as const;
  const uncommitted = isJudgedWhole(pass) ? pass.outputs : [];
  const { results, acts } = await evaluate({ env, snapshot }, pass, subject, uncommitted);
  const produced = producedBy(unit, snapshot);
  const criteria = [...produced, ...results];
  const diagnostics = await diagnosticsOf(context, pass);
  const errors = await newErrors(env, pass, { snapshot: context.snapshot, diagnostics });
  const verdict = verdictOf({ pass, unit, criteria, errors, snapshot });
  const evidence = evidenceRows({ step: 'T5', project: unit.id }, produced);
  return { criteria, verdict, acts: [...evidence, ...acts] };
}
