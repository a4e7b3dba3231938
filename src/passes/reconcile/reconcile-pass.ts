/**
 * The last line of a pass: what its agent was not allowed to change is undone before anything else
 * is written. Safe to call again.
 */
import { type Act, noteAct } from '../act.js';
import { storedPass, storePass } from '../pass-file.js';
import type { Briefed, PassEnvironment, Reconciled, Undone, Worked } from '../types.js';
import { recordReconciliation } from './record-reconciliation.js';
import { reconcile } from './reconcile.js';

export type ReconciledWork = Pick<Reconciled, 'outputs' | 'gone' | 'undone'> & {
  readonly acts: readonly Act[];
};

/** @param pass its agent may not have ended: the pass broke down while it was at work. */
export function reconcilePass(
  { workspace, say }: PassEnvironment,
  pass: Briefed | Worked,
): ReconciledWork {
  const found = reconcile(workspace, pass);
  for (const change of found.undone) say(`     undone: ${change.path} (${change.code})`);
  const reconciliation = {
    ...found,
    undone: [...unrecorded(workspace.state, pass.runId), ...found.undone],
  };
  const { accepted, undone } = reconciliation;
  storePass(workspace.state, pass, { left: { undone, recorded: false } });
  const { runId, project } = pass;
  const recorded = recordReconciliation({ step: 'T5', reconciliation, runId, project });
  const paths = (isThere: boolean): readonly string[] =>
    accepted
      .filter((difference) => (difference.after !== undefined) === isThere)
      .map((difference) => difference.path);
  return {
    outputs: paths(true),
    gone: paths(false),
    undone,
    acts: [noteAct('T4', agentRow(pass)), ...recorded],
  };
}

/** What was undone before, when its commit failed. */
function unrecorded(state: string, runId: string): readonly Undone[] {
  const left = storedPass(state, runId)?.left;
  return left === undefined || left.recorded ? [] : left.undone;
}

function agentRow(pass: Briefed | Worked): Parameters<typeof noteAct>[1] {
  const about = { type: 'agent', target: pass.subject };
  const outcome = 'outcome' in pass ? pass.outcome : undefined;
  if (outcome?.kind === 'finished') return { ...about, detail: pass.objective };
  const why = outcome?.detail ?? 'the agent did not end its work';
  return { ...about, result: 'failed', detail: `${outcome?.failure ?? 'not run'}: ${why}` };
}
