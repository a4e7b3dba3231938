/**
 * T9: the session registry, the memory entry, the end of the claim. Runs after every pass that made
 * a claim, whatever happened in between.
 */
import { addUsage, type FailureCode, NO_USAGE } from '../../agents/types.js';
import { defined } from '../../kernel/defined.js';
import { NocturneError } from '../../kernel/error.js';
import { plural } from '../../kernel/words.js';
import { livePasses, releaseClaim } from '../../workspace/pass-lock.js';
import {
  type Act,
  type BundleAct,
  bundlesAct,
  commitActs,
  deedOf,
  noteAct,
  type PlainAct,
} from '../act.js';
import { removeCopiesOf } from '../copy/copy-for-pass.js';
import { declaredArguments } from '../declared-arguments.js';
import { dropStaleWork } from '../parking/drop-stale-work.js';
import { removeClaimRows } from '../lock-page.js';
import { isJudgedWhole } from '../units/judge-unit.js';
import { projectOf, unitOf } from '../pass-facts.js';
import { forgetPass } from '../pass-file.js';
import { NOT_ENFORCED, SPENDING } from '../spending-row.js';
import type { Finished } from '../run-steps.js';
import { reconcilePass } from '../reconcile/reconcile-pass.js';
import { removeOldRunRecords } from '../run-record.js';
import { removeUnusedObjects } from '../stored-objects.js';
import type { Halt, PassEnvironment, Stage } from '../types.js';
import { listedOutputs, omittedOutputs } from './listed-outputs.js';

export type Closed = {
  readonly stage: Stage;
  /** The one line for the session registry. */
  readonly outcome: string;
};

export async function close(env: PassEnvironment, ended: Finished<Stage>): Promise<Closed> {
  env.say('T9   close');
  const halt = ended.kind === 'halted' ? ended.halt : undefined;
  const stage = await reconcileLate(env, ended.kind === 'halted' ? ended.halt.stage : ended.stage);
  const { root, state, clock } = env.workspace;
  const outcome = halt?.outcome ?? outcomeOf(stage);
  const failed = isFailure(stage, halt);
  const failures = failed ? stage.failures + 1 : 0;
  commitActs(env.workspace, stage, [
    withoutClaim(env, stage, closing(stage, { outcome, failures })),
    ...spendingRow(env, stage),
  ]);
  cleanStore(env);
  const failedAt = failed ? clock.now() : undefined;
  releaseClaim(root, state, defined({ fence: stage.fence, failedAt }));
  removeCopiesOf(env.workspace, stage.runId, 'copy' in stage ? stage.copy : undefined);
  forgetPass(state, stage.runId);
  return { stage, outcome };
}

/** LOCK.md no longer shows this pass, nor one that is not running. */
function withoutClaim({ workspace }: PassEnvironment, { runId }: Stage, act: PlainAct): Act {
  return (view) => {
    const { root, clock } = workspace;
    const live = new Set(livePasses(root, clock).map((claim) => claim.runId));
    live.delete(runId);
    const bundles = act.bundles.map((bundle) => ({
      ...bundle,
      args: declaredArguments(view, bundle.name, bundle.args),
    }));
    return deedOf(view, { ...act, bundles: [...bundles, ...removeClaimRows(view, live)] });
  };
}

/** While this pass is the writer, so that no other pass takes its baseline at the same time. */
function cleanStore({ workspace, say }: PassEnvironment): void {
  try {
    const { days, snapshot } = removeUnusedObjects(workspace);
    removeOldRunRecords(workspace.state, workspace.clock.now(), days);
    dropStaleWork(workspace, snapshot);
  } catch (error) {
    if (!(error instanceof NocturneError) || error.code === 'ROOT_MOVED') throw error;
    say(`     unused contents were not removed: ${error.message}`);
  }
}

/**
 * If the pass broke down while its agent was working, what it left is still judged. A unit without
 * a verdict is done again.
 */
async function reconcileLate(env: PassEnvironment, stage: Stage): Promise<Stage> {
  if (!('baseline' in stage) || 'undone' in stage || isJudgedWhole(stage)) return stage;
  const { acts, ...left } = await reconcilePass(env, stage);
  commitActs(env.workspace, stage, acts);
  return 'outcome' in stage ? { ...stage, ...left } : stage;
}

function closing(stage: Stage, result: { outcome: string; failures: number }): PlainAct {
  const outcome = 'outcome' in stage ? stage.outcome : undefined;
  const judge = 'judge' in stage ? stage.judge : undefined;
  const usage = addUsage(outcome?.usage ?? NO_USAGE, judge?.usage ?? NO_USAGE);
  const session = {
    run_id: stage.runId,
    role: stage.request.role,
    runner: runnerOf(stage) ?? judge?.runner ?? null,
    model: (outcome ?? judge)?.model || null,
    tokens_in: usage.tokensIn ?? null,
    tokens_out: usage.tokensOut ?? null,
    cost: usage.cost ?? null,
    started: stage.started,
    integrity: 'pass',
    project: projectOf(stage) ?? null,
    outcome: named(unitOf(stage)?.id, result.outcome),
    grade: 'quality' in stage ? stage.quality : null,
    failures: result.failures,
  };
  const worked = outcome !== undefined || stage.request.role === 'manager';
  return bundlesAct('T9', [
    ...(worked ? [memoryOf(stage, result.outcome)] : []),
    { name: 'session_close', args: session, target: stage.runId, detail: result.outcome },
  ]);
}

function named(unit: string | undefined, outcome: string): string {
  return unit === undefined ? outcome : `${unit}: ${outcome}`;
}

/** Whether limits held for what the pass spent; nothing if it spent nothing that has any. */
function spendingRow({ modules, workspace }: PassEnvironment, stage: Stage): readonly Act[] {
  const outcome = 'outcome' in stage ? stage.outcome.spending : undefined;
  const judge = 'judge' in stage ? stage.judge?.spending : undefined;
  const all = [outcome, judge].filter((spending) => spending !== undefined);
  if (all.length === 0) return [];
  const result = all.includes('not enforced') ? NOT_ENFORCED : 'ok';
  const isCounted = all.includes('enforced');
  const { state } = workspace;
  const snapshot = isCounted ? workspace.snapshot() : undefined;
  const named = snapshot && modules.flatMap((module) => module.named?.({ snapshot, state }) ?? []);
  return [
    noteAct('T9', { type: SPENDING, target: stage.runId, result, detail: named?.join('; ') ?? '' }),
  ];
}

/** Who did the work: nobody if the pass ended before an agent began; the host if it began it. */
function runnerOf(stage: Stage): string | null {
  if (!('outcome' in stage)) return null;
  return stage.driver === 'host' ? (stage.session?.host ?? 'host') : stage.runner.name;
}

function memoryOf(stage: Stage, outcome: string): BundleAct {
  const report = 'outcome' in stage ? stage.outcome.report : undefined;
  const outputs = 'outputs' in stage ? stage.outputs : [];
  const omitted = omittedOutputs(outputs, stage.runId);
  const listed = listedOutputs(outputs).join(', ');
  const result = `${outcome}${report?.summary ? `. ${report.summary}` : ''}`;
  const args = {
    run_id: stage.runId,
    title: 'subject' in stage ? stage.subject : stage.request.role,
    project: projectOf(stage) ?? null,
    objective: 'objective' in stage ? stage.objective : null,
    result: result.slice(0, 600),
    outputs: (omitted === '' ? listed : `${listed} (${omitted})`) || null,
    next: report?.nextObjective ?? null,
  };
  return { name: 'memory_entry', args, target: stage.runId };
}

/** Of a pass that went through. */
function outcomeOf(stage: Stage): string {
  if ('result' in stage) return stage.result;
  if (!('quality' in stage)) return 'reviewed';
  const { outcome, quality, outputs, undone } = stage;
  const left =
    undone.length === 0
      ? ''
      : `; ${undone.length} ${undone.length === 1 ? 'change' : 'changes'} undone`;
  const isAtLimit = outcome.limit !== undefined && quality !== 'PARKED';
  const last = isAtLimit
    ? `; its last call was refused at the limit of the ${outcome.limit.scope}`
    : '';
  const end = `${left}${last}${stage.held === undefined ? '' : `; ${stage.held}`}`;
  const { summary } = outcome.report;
  if (quality === 'STRONG' || quality === 'ADEQUATE')
    return `${quality}: ${(summary || plural(outputs.length, 'output')).slice(0, 280)}${end}`;
  if (quality === 'PARKED') return `parked: ${stage.reasons.join('; ').slice(0, 400)}${end}`;
  // What was found comes before what the agent claims.
  const reason = stage.reasons.join('; ').slice(0, 400);
  const claim = summary === '' ? '' : `; the agent says: "${summary.slice(0, 120)}"`;
  return `${quality}: ${reason}${end}${claim}`;
}

const NO_BREAKDOWN: ReadonlySet<FailureCode> = new Set(['refused', 'not-found', 'limit-reached']);

/**
 * Counted by the restart breaker: the pass broke down. A project that is blocked or weak is not a
 * breakdown.
 */
function isFailure(stage: Stage, halt: Halt | undefined): boolean {
  if (halt !== undefined) return halt.broke === true;
  // A program that ends with an error has found something.
  if (unitOf(stage)?.command !== undefined) return false;
  const failure = 'outcome' in stage ? stage.outcome.failure : undefined;
  return failure !== undefined && !NO_BREAKDOWN.has(failure);
}
