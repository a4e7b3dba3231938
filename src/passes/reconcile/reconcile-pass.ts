/**
 * The last line of a pass: what its agent was not allowed to change is undone before anything else
 * is written. Safe to call again.
 */
import { defined } from '../../kernel/defined.js';
import { showControl } from '../../kernel/show-control.js';
import { type Act, noteAct, rowsAct, stepRow } from '../act.js';
import { findingText } from '../../governance/rule-finding.js';
import { restoreClaim } from '../../workspace/pass-lock.js';
import type { Snapshot, Workspace } from '../../workspace/types.js';
import { bringCommitsHome } from '../copy/bring-commits-home.js';
import { reconcileCopy } from '../copy/reconcile-copy.js';
import { attemptOf } from '../repository/difference-of.js';
import { mergedWork } from '../repository/merged-work.js';
import { LEASE_MS } from '../lease.js';
import { storedPass, storePass } from '../pass-file.js';
import { requireClaim } from '../require-claim.js';
import type { Briefed, PassEnvironment, Reconciled, Undone, Worked } from '../types.js';
import { examinePass } from './examine-pass.js';
import type { Examined } from './examined.js';
import { recordReconciliation } from './record-reconciliation.js';
import type { PassWithBaseline } from './check-differences.js';
import { reconcile, type Reconciliation } from './reconcile.js';

export type ReconciledWork = Pick<
  Reconciled,
  'outputs' | 'gone' | 'undone' | 'conflicts' | 'unattributed' | 'merged'
> & {
  readonly acts: readonly Act[];
};

/** Lines on the screen; the briefing names all of them. */
const MOST_NAMED = 20;

/**
 * @param pass its agent may not have ended: the pass broke down while it was at work.
 * @throws NocturneError `LEASE_LOST` if another pass has taken it for crashed, and undone its work.
 */
export async function reconcilePass(
  env: PassEnvironment,
  pass: Briefed | Worked,
): Promise<ReconciledWork & Pick<Reconciled, 'findings'>> {
  const { workspace, say } = env;
  requireClaim(workspace, pass);
  const examined = await examinePass(env, pass);
  // The rules may run programs, which takes time.
  requireClaim(workspace, pass);
  const judged = { ...pass, ...defined({ examined }) };
  const found = reconcileTree(workspace, judged, () => claimAgain(workspace, pass));
  sayWhatStays(say, found);
  const reconciliation = {
    ...found,
    undone: [...unrecorded(workspace.state, pass), ...found.undone],
  };
  const { undone } = reconciliation;
  storePass(workspace.state, pass, { left: { undone, recorded: false } });
  const { runId, project, unit } = pass;
  const recorded = recordReconciliation({
    step: 'T5',
    reconciliation,
    runId,
    project,
    unit,
    reconcileAgain: reconcilingAgain(workspace, judged),
  });
  const attempt = pass.copy && attemptOf(workspace, { runId, copy: pass.copy });
  const merged = attempt && mergedWork(workspace, attempt, reconciliation.accepted);
  return {
    ...filesOf(reconciliation),
    ...defined({ merged }),
    findings: examined?.findings ?? [],
    acts: [agentRow(pass), ...findingRows(examined), ...recorded],
  };
}

/** Lines on the screen; the logs have more. */
export function sayWhatStays(say: PassEnvironment['say'], found: Reconciliation): void {
  for (const change of found.conflicts)
    say(`     your version stays: ${showControl(change.path)} (${change.why})`);
  for (const change of found.undone)
    say(`     undone: ${showControl(change.path)} (${change.code})`);
  for (const { path, what } of found.unattributed.slice(0, MOST_NAMED))
    say(`     stays: ${showControl(path)} (${what}; you or the pass may have done it)`);
}

export function filesOf(found: Reconciliation): Omit<ReconciledWork, 'acts'> {
  const paths = (isThere: boolean): readonly string[] =>
    found.accepted
      .filter((difference) => (difference.after !== undefined) === isThere)
      .map((difference) => difference.path);
  return {
    outputs: paths(true),
    gone: paths(false),
    undone: found.undone,
    conflicts: found.conflicts.map(({ path }) => path),
    unattributed: found.unattributed.map(({ path }) => path),
  };
}

/** A copy brings its differences home; elsewhere what was not allowed is undone. */
export function reconcileTree(
  workspace: Workspace,
  pass: PassWithBaseline,
  storeLost?: () => void,
): Reconciliation {
  const { copy } = pass;
  if (copy === undefined) return reconcile(workspace, pass, storeLost);
  const inCopy = { ...pass, copy };
  const settled = reconcileCopy(workspace, inCopy);
  const refused = pass.examined?.blocked?.why;
  return { ...settled, commits: bringCommitsHome(workspace.root, inCopy, refused) };
}

/** One row for each finding. */
export function findingRows(examined: Examined | undefined): readonly Act[] {
  const findings = examined?.findings ?? [];
  if (findings.length === 0) return [];
  return [
    rowsAct(
      'rules',
      findings.slice(0, MOST_FINDINGS).map((finding) =>
        stepRow('T5', {
          type: 'rule',
          target: finding.file ?? finding.rule,
          result: RESULTS[finding.effect],
          detail: showControl(findingText(finding)),
        }),
      ),
    ),
  ];
}

const MOST_FINDINGS = 100;
const RESULTS = { blocks: 'failed', warns: 'warned', look: 'look' } as const;

/** The lock went with `.nocturne`; this pass still runs and has to record what it undid. */
export function claimAgain({ root, clock }: Workspace, pass: Briefed | Worked): void {
  const { runId, fence, request, project = '', driver } = pass;
  restoreClaim(root, {
    runId,
    fence,
    role: request.role,
    project,
    ttlMs: LEASE_MS,
    clock,
    detached: driver === 'host',
  });
}

/** Only where what was accepted is still in a copy. */
export function reconcilingAgain(
  workspace: Workspace,
  pass: PassWithBaseline,
): ((now: Snapshot) => Reconciliation) | undefined {
  const { copy } = pass;
  return copy === undefined ? undefined : (now) => reconcileCopy(workspace, { ...pass, copy }, now);
}

/** What was undone before, when its commit failed. A copy still holds all of it. */
function unrecorded(state: string, { runId, copy }: Briefed | Worked): readonly Undone[] {
  if (copy !== undefined) return [];
  const left = storedPass(state, runId)?.left;
  return left === undefined || left.recorded ? [] : left.undone;
}

export function agentRow(pass: Briefed | Worked): Act {
  const about = { type: 'agent', target: pass.subject };
  const outcome = 'outcome' in pass ? pass.outcome : undefined;
  if (outcome?.kind === 'finished') return noteAct('T4', { ...about, detail: pass.objective });
  const why = outcome?.detail ?? 'the agent did not end its work';
  const detail = `${outcome?.failure ?? 'not run'}: ${why}`;
  return noteAct('T4', { ...about, result: 'failed', detail });
}
