/** One hook event of Claude Code, read from standard input. */
import { NocturneError } from '../../../kernel/error.js';
import { defined } from '../../../kernel/defined.js';
import type { HostSession } from '../../../passes/types.js';
import type { PassModule } from '../../../passes/module.js';
import { enabledLedger } from '../../../passes/modules/enabled-ledger.js';
import type { CallerOfHost } from '../../../passes/host/host-session.js';
import type { SpawnLedger } from '../../../passes/spawn-ledger.js';
import type { Snapshot, Workspace } from '../../../workspace/types.js';

export type HookEvent = {
  readonly name: string;
  readonly session: string;
  readonly cwd: string;
  readonly tool: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly response: unknown;
  readonly callId: string | undefined;
  /** The subagent in which it happens, or which ends. */
  readonly agentId: string | undefined;
  /** SessionStart: startup, resume, clear or compact. */
  readonly source: string;
  readonly stopActive: boolean;
  readonly lastMessage: string;
};

/** @throws NocturneError `USAGE` */
export function parseEvent(text: string): HookEvent {
  const wrong = (what: string): NocturneError =>
    new NocturneError('USAGE', `standard input is not an event of Claude Code: ${what}`, {
      hint: 'Claude Code calls this command by itself; nocturne hooks install tells it to',
    });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw wrong(text.trim() === '' ? 'it is empty' : 'it is not JSON');
  }
  if (!isMap(value)) throw wrong('it is not an object');
  const word = (field: string): string => (typeof value[field] === 'string' ? value[field] : '');
  const some = (field: string): string | undefined => word(field) || undefined;
  const name = word('hook_event_name');
  if (name === '') throw wrong('it has no hook_event_name');
  if (word('session_id') === '') throw wrong('it has no session_id');
  const tool = word('tool_name');
  if (name.endsWith('ToolUse') && (tool === '' || !isMap(value['tool_input'])))
    throw wrong(`${name} without ${tool === '' ? 'a tool_name' : 'a tool_input'}`);
  return {
    name,
    session: word('session_id'),
    cwd: word('cwd'),
    tool,
    input: isMap(value['tool_input']) ? value['tool_input'] : {},
    response: value['tool_response'],
    callId: some('tool_use_id'),
    agentId: some('agent_id'),
    source: word('source'),
    stopActive: value['stop_hook_active'] === true,
    lastMessage: word('last_assistant_message'),
  };
}

/** The event's name in a text that does not parse: the answer depends on it. */
export function nameIn(text: string): string {
  return /"hook_event_name"\s*:\s*"(\w+)"/.exec(text)?.[1] ?? '';
}

export function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `governed`: a pass started Claude Code, so nothing is done without that pass's token. */
export type HookContext = {
  readonly workspace: Workspace;
  readonly token: string | undefined;
  readonly governed: boolean;
  readonly modules: () => Promise<readonly PassModule[]>;
};

export function sessionOf(event: HookEvent): HostSession {
  return { host: 'claude-code', id: event.session };
}

export function callerOf({ token, governed }: HookContext, event: HookEvent): CallerOfHost {
  return defined({ token, session: sessionOf(event), governed });
}

export async function ledgerOf(
  context: HookContext,
  snapshot: Snapshot,
): Promise<SpawnLedger | undefined> {
  return snapshot.schema.modules.some((module) => module.enabled)
    ? enabledLedger(context.workspace, snapshot.schema, await context.modules())
    : undefined;
}
