/**
 * The pass inside a host's agent session: `begin` is T0 to T4's brief, `end` takes the agent's
 * report and does the rest.
 */
import { withoutSecretsIn } from '../../governance/guard/secrets.js';
import { parseReport } from '../../agents/parse-report.js';
import type { Usage } from '../../agents/types.js';
import { defined } from '../../kernel/defined.js';
import { EXIT } from '../../kernel/error.js';
import { renewClaim } from '../../workspace/pass-lock.js';
import { factsOf } from '../pass-facts.js';
import { assertPassRoot } from '../../workspace/pinned-root.js';
import { storePass } from '../pass-file.js';
import { passOfToken } from '../pass-token.js';
import { runSteps } from '../run-steps.js';
import type { PassReport } from '../pass-facts.js';
import type { Briefed, HostSession, PassEnvironment, PassRequest, Worked } from '../types.js';
import { LEASE_MS } from '../lease.js';
import { enter } from '../worker/t0-gate.js';
import { finish, WORKER_AFTER, WORKER_BEFORE } from '../worker/worker.js';

export type Begun =
  | { readonly kind: 'brief'; readonly data: Briefed }
  | { readonly kind: 'over'; readonly report: PassReport };

/**
 * With a token of the running pass nothing begins: its brief is given again, so that an agent whose
 * host began the pass may call this as its prompt says.
 * @param options.session the host's session in which the pass is begun for the agent; the host
 * then ends it.
 */
export async function beginPass(
  env: PassEnvironment,
  request: PassRequest,
  options: { readonly session?: HostSession; readonly token?: string } = {},
): Promise<Begun> {
  const { state } = env.workspace;
  if (options.token !== undefined)
    return { kind: 'brief', data: passOfToken(state, options.token) };
  const entered = await enter(env, {
    request,
    driver: 'host',
    ...defined({ session: options.session }),
  });
  if (entered.kind === 'over') return entered;
  const begun = await runSteps(WORKER_BEFORE, env, entered.stage);
  if (begun.kind === 'halted') return { kind: 'over', report: await finish(env, begun) };
  storePass(state, begun.stage, { waiting: true });
  return { kind: 'brief', data: begun.stage };
}

/**
 * A pass that a host began for its session is ended by that host alone: it knows the whole report
 * and what was used. The agent's own call changes nothing.
 * @param ending.report what the agent printed; its last `nocturne-report` block counts.
 */
export async function endPass(
  env: PassEnvironment,
  ending: {
    readonly token: string;
    readonly report: string;
    readonly usage: Usage;
    readonly model: string;
    readonly failed?: string;
    readonly byHost?: boolean;
  },
): Promise<PassReport> {
  const { root, clock } = env.workspace;
  const briefed = claim(env, ending.token);
  if (briefed.endedBy === 'host' && ending.byHost !== true)
    return {
      exit: EXIT.ok,
      outcome: `continues: ${briefed.session?.host ?? 'the host'} began this pass and ends it when your turn ends; write the report as your last message`,
      data: factsOf(briefed),
    };
  renewClaim(root, briefed.fence, { ttlMs: LEASE_MS, clock });
  const outcome = withoutSecretsIn<Worked['outcome']>({
    ...(ending.failed === undefined
      ? { kind: 'finished' as const }
      : { kind: 'failed' as const, failure: 'cancelled' as const }),
    detail: ending.failed ?? 'the agent finished',
    usage: ending.usage,
    spending: 'not enforced',
    report: parseReport(ending.report),
    tail: ending.report.slice(-8192),
    model: ending.model,
  });
  return finish(env, await runSteps(WORKER_AFTER, env, { ...briefed, outcome }));
}

/** A heartbeat from the agent. Exit 4 (LEASE_LOST) tells it to stop. */
export function heartbeat(
  env: PassEnvironment,
  token: string,
): { readonly runId: string; readonly until: string } {
  const { root, clock } = env.workspace;
  const { runId, fence } = claim(env, token);
  return { runId, until: renewClaim(root, fence, { ttlMs: LEASE_MS, clock }).expiresAt };
}

/** The pass that this token began. */
function claim({ workspace }: PassEnvironment, token: string): Briefed {
  assertPassRoot(workspace.state, workspace.root);
  return passOfToken(workspace.state, token);
}
