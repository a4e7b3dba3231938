/** The worker pass: T0 to T9 in the order in which they happen. */
import { EXIT, type ExitCode } from '../../kernel/error.js';
import { limitReached } from '../parking/is-parked.js';
import { factsOf } from '../pass-facts.js';
import { type Finished, firstStep, runSteps } from '../run-steps.js';
import type { PassReport } from '../pass-facts.js';
import type { Done, PassEnvironment, PassRequest } from '../types.js';
import { enter } from './t0-gate.js';
import { t1Dispatch } from './t1-dispatch.js';
import { t15Idle } from './t1-5-idle.js';
import { t2Load } from './t2-load.js';
import { t25Budget } from './t2-5-budget.js';
import { t27Authority } from './t2-7-authority.js';
import { t3Repository } from './t3-repository.js';
import { t3Sandbox } from './t3-sandbox.js';
import { t3Tools } from './t3-tools.js';
import { t4Brief } from './t4-brief.js';
import { t4KeepTree } from './t4-keep-tree.js';
import { t4Run } from './t4-run.js';
import { t5Grade } from './t5-grade.js';
import { t5Reconcile } from './t5-reconcile.js';
import { t6State } from './t6-state.js';
import { t7Learn } from './t7-learn.js';
import { t8Modules } from './t8-modules.js';
import { takeTurn } from '../take-turn.js';
import { isJudgedWhole } from '../units/judge-unit.js';
import { settleTogether } from '../units/settle-together.js';
import { close } from './t9-close.js';

/** What `pass begin` does: everything up to the brief. */
export const WORKER_BEFORE = firstStep(t1Dispatch)
  .next(t15Idle)
  .next(t2Load)
  .next(t25Budget)
  .next(t27Authority)
  .next(t3Sandbox)
  .next(t3Repository)
  .next(t3Tools)
  .next(t4Brief)
  .next(t4KeepTree);

/** What `pass end` does: everything after the agent. */
export const WORKER_AFTER = firstStep(t5Reconcile)
  .next(t5Grade)
  .next(t6State)
  .next(t7Learn)
  .next(t8Modules);

/** The whole pass in this process. */
export async function worker(env: PassEnvironment, request: PassRequest): Promise<PassReport> {
  const entered = await enter(env, { request, driver: 'process' });
  if (entered.kind === 'over') return entered.report;
  const begun = await runSteps(WORKER_BEFORE.next(t4Run), env, entered.stage);
  if (begun.kind === 'halted') {
    if (isJudgedWhole(begun.halt.stage)) await takeTurn(env, begun.halt.stage);
    return finish(env, begun);
  }
  if (isJudgedWhole(begun.stage))
    return settleTogether(env, begun.stage, (ended) => finish(env, ended));
  return finish(env, await runSteps(WORKER_AFTER, env, begun.stage));
}

/** T9 and the exit code. */
export async function finish(env: PassEnvironment, ended: Finished<Done>): Promise<PassReport> {
  const { stage, outcome } = await close(env, ended);
  const facts = factsOf(stage);
  if (ended.kind === 'through') return { exit: exitOf(ended.stage), outcome, data: facts };
  const { exit, refused = facts.refused } = ended.halt;
  return { exit, outcome, data: { ...facts, refused } };
}

function exitOf({ outcome, quality, undone }: Done): ExitCode {
  const failed = outcome.kind === 'failed' && limitReached(outcome) === undefined;
  return failed || quality === 'FAIL' || undone.length > 0 ? EXIT.findings : EXIT.ok;
}
