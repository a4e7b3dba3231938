/**
 * T5 of a unit that is proved: whether a grader or the owner has to look at its changes before they
 * are accepted. Nobody here accepts what the machine has refused.
 */
import { defined } from '../../kernel/defined.js';
import { type Act, noteAct } from '../act.js';
import type { Reconciliation } from '../reconcile/reconcile.js';
import type { Reconciled, StepContext, UnitProof } from '../types.js';
import { askGrader } from '../worker/t5-grader.js';
import { looksAt, type UnitPass } from './module-work.js';

type Proved = UnitProof & { readonly acts: readonly Act[] };

/** @param context its snapshot: the workspace as the pass would leave it. */
export async function reviewUnit(
  context: StepContext,
  pass: Reconciled & UnitPass,
  { found, proof }: { readonly found: Reconciliation; readonly proof: Proved },
): Promise<Proved> {
  const { verdict, criteria } = proof;
  const { unit } = pass;
  if (verdict.outcome !== 'proved' || unit.keepsChanges === true) return proof;
  const look = looksAt(context.env, pass, { found, verdict }, context.snapshot);
  if (look === undefined || look.who === 'none') return proof;
  const why = look.why.join(' ');
  const row = noteAct('T5', { type: 'look', target: unit.id, result: look.who, detail: why });
  if (look.who === 'owner') return toOwner({ ...proof, acts: [...proof.acts, row] }, why);
  const measured = { quality: 'STRONG', reasons: [], criteria, stop: [] } as const;
  const graded = await askGrader(context, pass, measured);
  const { acts, quality, reasons, isMissing, ...spent } = graded;
  const seen = { ...proof, acts: [...proof.acts, row, ...acts], ...defined({ spent }) };
  if (isMissing === true) return toOwner(seen, why);
  if (quality === 'STRONG' || quality === 'ADEQUATE') return seen;
  const findings = reasons.join('; ');
  return {
    ...seen,
    verdict: { ...verdict, outcome: 'unproved', cause: 'rejected', why: findings },
  };
}

function toOwner(proof: Proved, why: string): Proved {
  return { ...proof, verdict: { ...proof.verdict, outcome: 'review', why } };
}
