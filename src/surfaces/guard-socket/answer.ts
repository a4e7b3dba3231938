/** Answers each request of the socket with one call of the core. */
import { defined } from '../../kernel/defined.js';
import type { GuardedHost } from '../../governance/host-tools/host-tools.js';
import { verifyGate } from '../../integrity/gate.js';
import type {
  GuardAnswers,
  GuardRequest,
  JudgeAnswer,
  StatusAnswer,
} from '../../passes/host/guard-protocol.js';
import { PROTOCOL } from '../../passes/host/guard-protocol.js';
import { judgeCall } from '../../passes/host/host-session.js';
import { projectOf } from '../../passes/pass-facts.js';
import { storedPasses } from '../../passes/pass-file.js';
import {
  beginForSession,
  endForSession,
  heartbeatForSession,
} from '../../passes/host/session-pass.js';
import type { AutomationWatch } from '../../passes/automation-watch.js';
import type { SpawnLedger } from '../../passes/spawn-ledger.js';
import type { PassEnvironment } from '../../passes/types.js';
import { livePasses } from '../../workspace/pass-lock.js';
import type { WarmSnapshot } from '../../passes/warm-snapshot.js';

export type Desk = {
  readonly env: PassEnvironment;
  /** The hosts whose tool calls can be judged here. */
  readonly hosts: readonly GuardedHost[];
  readonly warm: WarmSnapshot;
  readonly ledger: SpawnLedger | undefined;
  readonly automations: AutomationWatch | undefined;
  readonly since: string;
  readonly counts: { judged: number; refused: number };
};

type Asked<Op extends GuardRequest['op']> = Extract<GuardRequest, { readonly op: Op }>;

export function answer(desk: Desk, request: GuardRequest): unknown {
  const { env, ledger, automations, warm } = desk;
  switch (request.op) {
    case 'hello':
      automations?.closeLost();
      return {
        protocol: PROTOCOL,
        pid: process.pid,
        sessions: storedPasses(env.workspace.state).flatMap(({ data }) => data.session ?? []),
      } satisfies GuardAnswers['hello'];
    case 'begin':
      return beginForSession(
        env,
        defined({ role: request.role, project: request.project }),
        request.session,
      );
    case 'judge':
      return judged(desk, request);
    case 'acted':
      return warm.touch();
    case 'spawned':
      return ledger?.linked({ callId: request.callId, childSession: request.child });
    case 'spawn-failed':
      return ledger?.failed({ callId: request.callId, why: request.why });
    case 'progress':
      return ledger?.progress({ childSession: request.child, note: request.note });
    case 'ended':
      return ledger?.ended({
        childSession: request.child,
        outcome: request.outcome,
        detail: request.detail,
      });
    case 'heartbeat':
      return heartbeatForSession(env, request.session);
    case 'end':
      return ended(desk, request);
    case 'run-begins':
      return automations?.begin(request.automation, request.pid);
    case 'run-printed':
      return automations?.printed(request.run, request.text);
    case 'run-look':
      return automations?.look(request.run);
    case 'run-ended':
      return automations?.end(request.run, request.end);
    case 'run-unseen':
      return automations?.unseen(request.automation, request);
    case 'status':
      return statusOf(desk);
  }
}

function judged(
  desk: Desk,
  { host, tool, params, callId, cwd, token, session, governed }: Asked<'judge'>,
): JudgeAnswer {
  const { workspace } = desk.env;
  const caller = defined({ token, session, governed });
  const call = { host, tool, params, ...defined({ callId, cwd }) };
  const { verdict, text, reasons, command, spawned } = judgeCall(
    {
      workspace,
      hosts: desk.hosts,
      snapshot: desk.warm.current(),
      ...defined({ ledger: desk.ledger }),
    },
    caller,
    call,
  );
  desk.counts.judged++;
  if (verdict !== 'allow') desk.counts.refused++;
  return {
    verdict,
    text,
    reasons,
    ...defined({ command, instruction: spawned?.instruction }),
  };
}

function ended(
  desk: Desk,
  { session, report, usage, model, failed }: Asked<'end'>,
): Promise<GuardAnswers['end']> {
  return endForSession(desk.env, {
    session,
    report,
    model,
    usage: { tokensIn: usage.tokensIn, tokensOut: usage.tokensOut, cost: usage.cost },
    ...defined({ failed }),
  });
}

function statusOf({ env, ledger, since, counts }: Desk): StatusAnswer {
  const { root, state, home, clock } = env.workspace;
  const running = new Set(livePasses(root, clock).map(({ runId }) => runId));
  const gate = verifyGate(root, home);
  const [first] = gate.findings;
  return {
    workspace: root,
    pid: process.pid,
    since,
    ...counts,
    passes: storedPasses(state).map(({ data }) => ({
      runId: data.runId,
      role: data.request.role,
      project: projectOf(data),
      started: data.started,
      session: data.session?.id,
      isRunning: running.has(data.runId),
    })),
    gate: {
      ok: gate.ok,
      problem: first === undefined ? undefined : `${first.file}: ${first.message}`,
    },
    ledger: ledger !== undefined,
  };
}
