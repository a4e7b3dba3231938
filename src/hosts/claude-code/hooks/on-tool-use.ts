/** PreToolUse asks the guard; PostToolUse counts as a heartbeat and reports spawned subagents. */
import { isAbsolute } from 'node:path';
import { defined } from '../../../kernel/defined.js';
import { type HostCall, readCall } from '../../../governance/host-tools/host-tools.js';
import { beat } from '../../../passes/host/host-beat.js';
import { behindGate, gateRefusal } from '../../../passes/host/host-gate.js';
import { judgeCall, passOfCaller } from '../../../passes/host/host-session.js';
import { bindSession } from '../../../passes/host/bind-session.js';
import { type HookEvent, isMap, callerOf, ledgerOf, type HookContext, sessionOf } from './event.js';
import { GUARDED } from '../tools.js';
import { NOTHING, permission, type Reply } from './reply.js';

/**
 * In a pass there is nobody to ask. Otherwise, Claude Code's own permission settings also apply.
 */
export async function onPreToolUse(context: HookContext, event: HookEvent): Promise<Reply> {
  const { workspace } = context;
  const snapshot = workspace.snapshot();
  const [caller, call] = [callerOf(context, event), callOf(event)];
  const ledger =
    readCall(snapshot, GUARDED.tools, call).kind === 'spawns'
      ? await ledgerOf(context, snapshot)
      : undefined;
  const judged = judgeCall(
    defined({ workspace, snapshot, hosts: [GUARDED], ledger }),
    caller,
    call,
  );
  const {
    verdict,
    text,
    command,
    spawned: task,
  } = behindGate(judged, gateRefusal(workspace, sessionOf(event)));
  const inPass = passOfCaller(workspace.state, caller) !== undefined;
  if (verdict === 'allow')
    return inPass
      ? permission('allow', 'nocturne: the pass may do this', inputFor(event, command, task))
      : NOTHING;
  return permission(verdict === 'ask' && !inPass ? 'ask' : 'deny', `nocturne: ${text}`);
}

/** The command as it was judged; a subagent learns the id of its task. `undefined`: no change. */
function inputFor(
  { input }: HookEvent,
  command: string | undefined,
  task: { readonly instruction: string } | undefined,
): Readonly<Record<string, unknown>> | undefined {
  if (task !== undefined)
    return { ...input, prompt: `${String(input['prompt'] ?? '')}\n\n${task.instruction}` };
  return command === undefined ? undefined : { ...input, command };
}

export async function onPostToolUse(context: HookContext, event: HookEvent): Promise<Reply> {
  const { workspace } = context;
  if (event.tool === 'Bash')
    bindSession(workspace, sessionOf(event), JSON.stringify(event.response ?? ''));
  const data = passOfCaller(workspace.state, callerOf(context, event));
  if (data !== undefined) beat(workspace, data);
  const child = spawned(event);
  if (child === undefined && event.agentId === undefined) return NOTHING;
  const ledger = await ledgerOf(context, workspace.snapshot());
  if (event.agentId !== undefined)
    ledger?.progress({ childSession: event.agentId, note: event.tool });
  if (child !== undefined && event.callId !== undefined) {
    ledger?.linked({ callId: event.callId, childSession: child.id });
    if (child.over)
      ledger?.ended({ childSession: child.id, outcome: 'ok', detail: 'the subagent returned' });
  }
  return NOTHING;
}

/** Relative paths are relative to the folder of the event. */
function callOf({ tool, input, callId, cwd }: HookEvent): HostCall {
  const placed = (value: unknown): unknown =>
    typeof value === 'string' &&
    value !== '' &&
    !isAbsolute(value) &&
    !value.startsWith('~') &&
    cwd !== ''
      ? `${cwd}/${value}`
      : value;
  const params = Object.fromEntries(
    Object.entries(input).map(([name, value]) => [name, PATHS.has(name) ? placed(value) : value]),
  );
  return {
    host: 'claude-code',
    tool,
    params,
    ...defined({ callId, cwd: cwd === '' ? undefined : cwd }),
  };
}

const PATHS = new Set(['file_path', 'notebook_path', 'path']);

/** A subagent in the background is still running when the call returns. */
function spawned({
  tool,
  response,
}: HookEvent): { readonly id: string; readonly over: boolean } | undefined {
  if (
    (tool !== 'Task' && tool !== 'Agent') ||
    !isMap(response) ||
    typeof response['agentId'] !== 'string'
  )
    return undefined;
  return { id: response['agentId'], over: response['status'] === 'completed' };
}
