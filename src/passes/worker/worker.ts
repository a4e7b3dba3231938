/** The worker pass: T0 to T9 in the order in which they happen. */
import { EXIT, type ExitCode } from '../../kernel/error.js';
import { enter } from './t0-gate.js';
import { t1Dispatch } from './t1-dispatch.js';
import { t15Idle } from './t1-5-idle.js';
import { t2Load } from './t2-load.js';
import { t25Budget } from './t2-5-budget.js';
import { t27Authority } from './t2-7-authority.js';
import { t3Sandbox } from './t3-sandbox.js';
import { t3Tools } from './t3-tools.js';
import { t4Brief } from './t4-brief.js';
import { t4Run } from './t4-run.js';
import { t5Validate } from './t5-validate.js';
import { t6State } from './t6-state.js';
import { t7Learn } from './t7-learn.js';
import { t8Modules } from './t8-modules.js';
import { close } from './t9-close.js';
import { runSteps } from '../run-steps.js';
import {
  type Halt,
  isHalt,
  type Pass,
  type PassEnvironment,
  type PassReport,
  type PassRequest,
  type Step,
} from '../types.js';

/** What `pass begin` does: everything up to the brief. */
export const WORKER_BEFORE: readonly Step[] = [
  t1Dispatch,
  t15Idle,
  t2Load,
  t25Budget,
  t27Authority,
  t3Sandbox,
  t3Tools,
  t4Brief,
];
/** What `pass end` does: everything after the agent. */
export const WORKER_AFTER: readonly Step[] = [t5Validate, t6State, t7Learn, t8Modules];

/** The whole pass in this process. */
export async function worker(env: PassEnvironment, request: PassRequest): Promise<PassReport> {
  const entered = await enter(env, { request, driver: 'process' });
  if (isHalt(entered)) return { exit: entered.exit, outcome: entered.outcome, data: entered.data };
  const { pass, halt } = await runSteps([...WORKER_BEFORE, t4Run, ...WORKER_AFTER], entered);
  return finish(pass, halt);
}

/** T9 and the exit code. */
export async function finish(pass: Pass, halt: Halt | undefined): Promise<PassReport> {
  const closed = await close({ pass, halt });
  return { exit: exitOf(closed.pass, halt), outcome: closed.outcome, data: closed.pass.data };
}

function exitOf(pass: Pass, halt: Halt | undefined): ExitCode {
  if (halt !== undefined) return halt.exit;
  const { outcome, quality, undone } = pass.data;
  return outcome?.kind === 'failed' || quality === 'FAIL' || undone.length > 0
    ? EXIT.findings
    : EXIT.ok;
}
