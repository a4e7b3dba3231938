/**
 * T9: the session registry, the memory entry, the lock. Runs after every pass that took the lock,
 * whatever happened in between.
 */
import { NocturneError } from '../../kernel/error.js';
import { closeCommitRecord } from '../../workspace/commit-record.js';
import { releaseLease } from '../../workspace/lease.js';
import { type BundleAct, runBundles } from '../act.js';
import { forgetPass } from '../pass-file.js';
import { removeUnusedObjects } from '../stored-objects.js';
import { settlePass } from './t5-validate.js';
import type { Halt, Pass } from '../types.js';

export type Closing = { readonly pass: Pass; readonly halt: Halt | undefined };

/** @returns the one line that stands in the session registry. */
export async function close({
  pass,
  halt,
}: Closing): Promise<{ readonly pass: Pass; readonly outcome: string }> {
  pass.env.say('T9   close');
  const settled = await settlePass(pass);
  const { data, env } = settled;
  const outcome = outcomeOf(settled, halt);
  const failed = isFailure(settled, halt);
  const failures = failed ? data.failures + 1 : 0;
  runBundles(settled, 'T9', closing(settled, { outcome, failures }));
  cleanStore(settled);
  releaseLease(env.workspace.root, env.workspace.state, {
    fence: data.fence,
    ...(failed ? { failedAt: env.workspace.clock.now() } : {}),
  });
  closeCommitRecord(env.workspace.state);
  forgetPass(env.workspace.state);
  return { pass: settled, outcome };
}

/** While the lease is held, so that no other pass takes its baseline meanwhile. */
function cleanStore({ env }: Pass): void {
  try {
    removeUnusedObjects(env.workspace);
  } catch (error) {
    if (!(error instanceof NocturneError) || error.code === 'ROOT_MOVED') throw error;
    env.say(`     unused contents were not removed: ${error.message}`);
  }
}

function closing(pass: Pass, at: { outcome: string; failures: number }): readonly BundleAct[] {
  const { data } = pass;
  const usage = data.outcome?.usage;
  const session = {
    run_id: data.runId,
    role: data.request.role,
    runner: data.runner?.name ?? null,
    model: data.outcome?.model || data.tier?.model || null,
    tokens_in: usage?.tokensIn ?? null,
    tokens_out: usage?.tokensOut ?? null,
    cost: usage?.cost ?? null,
    started: data.started,
    integrity: 'pass',
    project: data.project ?? null,
    outcome: at.outcome,
    failures: at.failures,
  };
  const memory = {
    run_id: data.runId,
    title: data.project ?? data.idle?.tier ?? data.request.role,
    project: data.project ?? null,
    objective: data.objective ?? data.idle?.objective ?? null,
    result:
      `${at.outcome}${data.outcome?.report.summary ? `. ${data.outcome.report.summary}` : ''}`.slice(
        0,
        600,
      ),
    outputs: data.outputs.join(', ') || null,
    next: data.outcome?.report.nextObjective ?? null,
  };
  const worked = data.outcome !== undefined || data.request.role === 'manager';
  return [
    ...(worked ? [{ name: 'memory_entry', args: memory, target: data.runId }] : []),
    { name: 'session_close', args: session, target: data.runId, detail: at.outcome },
  ];
}

function outcomeOf(pass: Pass, halt: Halt | undefined): string {
  const { data } = pass;
  if (halt !== undefined) return halt.outcome;
  if (data.request.role === 'manager') return data.result ?? 'reviewed';
  const undone =
    data.undone.length === 0
      ? ''
      : `; ${data.undone.length} ${data.undone.length === 1 ? 'change' : 'changes'} undone`;
  const summary =
    data.outcome?.kind === 'finished'
      ? data.outcome.report.summary || `${data.outputs.length} outputs`
      : `${data.outcome?.failure ?? 'crashed'}: ${data.outcome?.detail ?? ''}`;
  return `${data.quality ?? 'FAIL'}: ${summary}${undone}`.slice(0, 300);
}

/**
 * Counted by the restart breaker: the pass broke down. A project that is blocked or weak is not a
 * breakdown.
 */
function isFailure(pass: Pass, halt: Halt | undefined): boolean {
  if (halt !== undefined) return halt.broke === true;
  const failure = pass.data.outcome?.failure;
  return failure !== undefined && failure !== 'refused' && failure !== 'not-found';
}
