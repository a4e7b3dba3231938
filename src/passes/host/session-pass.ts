/**
 * A pass that a host begins and ends for the agent of one of its sessions; the agent itself needs
 * to call nothing.
 */
import type { Usage } from '../../agents/types.js';
import { EXIT, NocturneError } from '../../kernel/error.js';
import type { BeginAnswer, EndAnswer } from './guard-protocol.js';
import { beginPass, endPass, heartbeat } from './host-driver.js';
import { manager } from '../manager/manager.js';
import { passOfSession } from '../pass-file.js';
import type { PassReport } from '../pass-facts.js';
import type { HostSession, Briefed, PassEnvironment, PassRequest } from '../types.js';

/**
 * A manager pass is over when this returns, a worker pass may be. What forbids beginning is
 * an answer, not an error: the host has to
 * tell it to somebody. A host runs one turn of a session at a time, so an earlier pass of the same
 * session was left behind: it ends as failed.
 */
export async function beginForSession(
  env: PassEnvironment,
  request: PassRequest,
  session: HostSession,
): Promise<BeginAnswer> {
  try {
    if (passOfSession(env.workspace.state, session) !== undefined)
      await endForSession(env, {
        session,
        report: '',
        usage: UNKNOWN,
        model: '',
        failed: 'the session started again before this pass ended',
      });
    if (request.role === 'manager') return over(await manager(env, request));
    const begun = await beginPass(env, request, { session });
    if (begun.kind === 'over') return over(begun.report);
    const { runId, token, project, prompt, writes } = begun.data;
    return { kind: 'brief', runId, token, project, prompt, mayWrite: writes };
  } catch (error) {
    if (!(error instanceof NocturneError)) throw error;
    return {
      kind: 'over',
      exit: error.exit === EXIT.ok ? EXIT.internal : error.exit,
      outcome: error.hint === undefined ? error.message : `${error.message}; ${error.hint}`,
      runId: undefined,
    };
  }
}

const UNKNOWN: Usage = { tokensIn: undefined, tokensOut: undefined, cost: undefined };

export type SessionEnd = {
  readonly session: HostSession;
  readonly report: string;
  readonly usage: Usage;
  readonly model: string;
  readonly failed?: string;
};

/** @throws NocturneError `LEASE_LOST` when the session has no pass, or lost it. */
export async function endForSession(
  env: PassEnvironment,
  { session, ...end }: SessionEnd,
): Promise<EndAnswer> {
  const { exit, outcome, data } = await endPass(env, {
    ...end,
    token: mine(env, session).token,
    byHost: true,
  });
  return { exit, outcome, runId: data.runId };
}

/** A heartbeat. @throws NocturneError `LEASE_LOST` */
export function heartbeatForSession(
  env: PassEnvironment,
  session: HostSession,
): { readonly until: string } {
  return { until: heartbeat(env, mine(env, session).token).until };
}

function mine(env: PassEnvironment, session: HostSession): Briefed {
  const data = passOfSession(env.workspace.state, session);
  if (data === undefined)
    throw new NocturneError('LEASE_LOST', `the session ${session.id} has no running pass`, {
      hint: 'it has ended, or another pass took over; the next run begins one',
    });
  return data;
}

function over(report: PassReport): BeginAnswer {
  return {
    kind: 'over',
    exit: report.exit,
    outcome: report.outcome,
    runId: report.data.runId || undefined,
  };
}
