/**
 * The pass inside a host's agent session: `begin` is T0 to T4's brief, `end` takes the agent's
 * report and does the rest.
 */
import { parseReport } from '../../agents/parse-report.js';
import type { Usage } from '../../agents/types.js';
import { EXIT } from '../../kernel/error.js';
import { renewLease } from '../../workspace/lease.js';
import { assertPassRoot } from '../../workspace/pinned-root.js';
import { storePass } from '../pass-file.js';
import { passOfToken } from '../pass-token.js';
import { runSteps } from '../run-steps.js';
import { enter, LEASE_MS } from '../worker/t0-gate.js';
import {
  type HostSession,
  isHalt,
  type Pass,
  type PassData,
  type PassEnvironment,
  type PassReport,
  type PassRequest,
  withData,
} from '../types.js';
import { finish, WORKER_AFTER, WORKER_BEFORE } from '../worker/worker.js';

export type Begun =
  | { readonly kind: 'brief'; readonly data: PassData }
  | { readonly kind: 'over'; readonly report: PassReport };

/**
 * With a token of the running pass nothing begins: its brief is given again, so that an agent whose
 * host began the pass may call this as its prompt says.
 * @param at.session the host's session in which the pass is begun for the agent; the host then ends
 * it.
 */
export async function beginPass(
  env: PassEnvironment,
  request: PassRequest,
  at: { readonly session?: HostSession; readonly token?: string } = {},
): Promise<Begun> {
  const running = at.token === undefined ? undefined : passOfToken(env.workspace.state, at.token);
  if (running?.prompt !== undefined) return { kind: 'brief', data: running };
  const entered = await enter(env, {
    request,
    driver: 'host',
    ...(at.session === undefined ? {} : { session: at.session }),
  });
  if (isHalt(entered))
    return {
      kind: 'over',
      report: { exit: entered.exit, outcome: entered.outcome, data: entered.data },
    };
  const { pass, halt } = await runSteps(WORKER_BEFORE, entered);
  if (halt !== undefined) return { kind: 'over', report: await finish(pass, halt) };
  storePass(env.workspace.state, pass.data, true);
  return { kind: 'brief', data: pass.data };
}

/**
 * A pass that a host began for its session is ended by that host alone: it knows the whole report
 * and what was used. The agent's own call changes nothing.
 * @param at.report what the agent printed; its last `nocturne-report` block counts.
 */
export async function endPass(
  env: PassEnvironment,
  at: {
    readonly token: string;
    readonly report: string;
    readonly usage: Usage;
    readonly model: string;
    readonly failed?: string;
    readonly byHost?: boolean;
  },
): Promise<PassReport> {
  const pass = claim(env, at.token);
  if (pass.data.endedBy === 'host' && at.byHost !== true)
    return {
      exit: EXIT.ok,
      outcome: `goes on: ${pass.data.session?.host ?? 'the host'} began this pass and ends it when your turn ends; write the report as your last message`,
      data: pass.data,
    };
  renewLease(env.workspace.root, pass.data.fence, { ttlMs: LEASE_MS, clock: env.workspace.clock });
  const outcome: PassData['outcome'] = {
    kind: at.failed === undefined ? 'finished' : 'failed',
    ...(at.failed === undefined ? {} : { failure: 'cancelled' as const }),
    detail: at.failed ?? 'the agent ended its work',
    usage: at.usage,
    report: parseReport(at.report),
    tail: at.report.slice(-8192),
    model: at.model,
  };
  const { pass: done, halt } = await runSteps(WORKER_AFTER, withData(pass, { outcome }));
  return finish(done, halt);
}

/** A sign of life from the agent. Exit 4 (LEASE_LOST) tells it to stop. */
export function heartbeat(
  env: PassEnvironment,
  token: string,
): { readonly runId: string; readonly until: string } {
  const pass = claim(env, token);
  return {
    runId: pass.data.runId,
    until: renewLease(env.workspace.root, pass.data.fence, {
      ttlMs: LEASE_MS,
      clock: env.workspace.clock,
    }).expiresAt,
  };
}

/** The pass that this token began. */
function claim(env: PassEnvironment, token: string): Pass {
  assertPassRoot(env.workspace.state, env.workspace.root);
  return { env, data: passOfToken(env.workspace.state, token) };
}
