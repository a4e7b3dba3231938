/** What the hooks of a host ask: to judge the tool calls of a pass, or of a guest. */
import {
  readCall,
  type CallReading,
  type GuardedHost,
  type HostCall,
  type HostTools,
} from '../../governance/host-tools/host-tools.js';
import { ruleReasons, toolRules } from '../../governance/guard/tool-rules.js';
import { decideTogether } from '../../governance/guard/decide.js';
import type { Authority, Reason } from '../../governance/types.js';
import { defined } from '../../kernel/defined.js';
import { NocturneError } from '../../kernel/error.js';
import type { Snapshot, Workspace } from '../../workspace/types.js';
import { conclude, judge, type Judgement, recordRefusal } from '../door.js';
import { passOfSession } from '../pass-file.js';
import { passOfToken } from '../pass-token.js';
import { seenFiles } from '../seen-files.js';
import type { SpawnLedger } from '../spawn-ledger.js';
import type { HostSession, Briefed } from '../types.js';
import { noteCall, staleReasons } from './seen-by-host.js';

/**
 * Who calls: the holder of a token, the session in which a host began the pass, or neither: a
 * guest, with a person in front of it.
 */
export type CallerOfHost = {
  readonly token?: string;
  readonly session?: HostSession;
  /** A session that may work only in a pass: without one everything is refused. */
  readonly governed?: boolean;
};

/**
 * The running pass of a caller. @throws NocturneError `REFUSED` or `LEASE_LOST` for a token that is
 * not that of the running pass.
 */
export function passOfCaller(state: string, { token, session }: CallerOfHost): Briefed | undefined {
  if (token !== undefined) return passOfToken(state, token);
  return session === undefined ? undefined : passOfSession(state, session);
}

export type CallContext = {
  readonly workspace: Workspace;
  /** One of them is the host of the call. */
  readonly hosts: readonly GuardedHost[];
  readonly snapshot?: Snapshot;
  readonly ledger?: SpawnLedger;
};

/**
 * One tool call, before it is made. A spawn that is allowed has been registered when this returns.
 */
export function judgeCall(context: CallContext, caller: CallerOfHost, call: HostCall): Judgement {
  const { workspace } = context;
  const snapshot = context.snapshot ?? workspace.snapshot();
  const data = passOfCaller(workspace.state, caller);
  const reading = readCall(snapshot, toolsOf(context, call), call);
  if (data === undefined && caller.governed === true)
    return conclude(
      [],
      [
        {
          code: 'no-token',
          message:
            'this session has no running pass, and it may do nothing without one; nocturne pass begin starts one',
        },
      ],
    );
  const actions = reading.kind === 'acts' ? reading.actions : [];
  const also = refusalsOf(snapshot, data, reading);
  if (data === undefined) {
    const guest = guestOf(context, call);
    return conclude(
      decideTogether(snapshot, guest, actions, defined({ home: workspace.home, cwd: call.cwd })),
      reading.kind === 'unreadable' ? also : [],
    );
  }
  const judgement = judge(workspace, data, {
    door: call.host,
    actions,
    also,
    snapshot,
    ...defined({ cwd: call.cwd }),
  });
  if (judgement.verdict !== 'allow') return judgement;
  if (reading.kind === 'spawns') return registerSpawn(context, data, { call, reading });
  const files = seenFiles(workspace.state, data.runId);
  const told = { files, snapshot, home: workspace.home, actions };
  const stale = staleReasons(told);
  if (stale.length > 0) return conclude([], stale);
  noteCall(told);
  return judgement;
}

function toolsOf({ hosts }: CallContext, { host }: HostCall): HostTools {
  const tools = hosts.find(({ name }) => name === host)?.tools;
  if (tools !== undefined) return tools;
  throw new NocturneError(
    'USAGE',
    `"${host}" is not an installed host whose tool calls can be judged`,
    {
      hint: `installed: ${hosts.map(({ name }) => name).join(', ') || 'none'}`,
    },
  );
}

function guestOf({ hosts }: CallContext, { host }: HostCall): Authority {
  return { kind: 'guest', name: host, settings: hosts.flatMap(({ settings }) => settings ?? []) };
}

function refusalsOf(
  snapshot: Snapshot,
  data: Briefed | undefined,
  reading: CallReading,
): readonly Reason[] {
  switch (reading.kind) {
    case 'unreadable':
      return [{ code: 'command-unparsable', message: reading.why }];
    case 'unknown': {
      const reasons = ruleReasons(toolRules(snapshot.records('TOOL-RULE')), data?.tools, {
        program: reading.name,
        args: [],
      });
      return reasons.length === 0
        ? []
        : [
            {
              code: 'tool-unknown',
              message: `the guard cannot judge the tool ${reading.name}; only the owner can allow it, as a program of that name in orchestration-os/OPS-TOOL-REGISTRY.md`,
            },
          ];
    }
    case 'acts':
    case 'spawns':
    case 'ours':
      return [];
  }
}

/** Without a ledger a spawn is not refused: there is nothing that would have to be told. */
function registerSpawn(
  { workspace, ledger }: CallContext,
  data: Briefed,
  {
    call,
    reading,
  }: { readonly call: HostCall; readonly reading: Extract<CallReading, { kind: 'spawns' }> },
): Judgement {
  if (ledger === undefined || call.callId === undefined) return conclude([], []);
  const requester =
    data.session === undefined ? data.runId : `${data.session.host}:${data.session.id}`;
  const registered = ledger.register({
    callId: call.callId,
    host: call.host,
    requester,
    task: reading.task,
    target: reading.target,
    runId: data.runId,
    ...defined({ declaredMs: reading.declaredMs }),
  });
  if (registered.kind === 'registered')
    return {
      ...conclude([], []),
      spawned: { taskId: registered.taskId, instruction: registered.instruction },
    };
  const refusal = conclude(
    [],
    [{ code: 'tool-not-allowed', message: `${registered.why} (${registered.taskId})` }],
  );
  recordRefusal(workspace, data, {
    door: call.host,
    what: `spawn ${registered.taskId}`,
    why: refusal.text,
  });
  return refusal;
}
