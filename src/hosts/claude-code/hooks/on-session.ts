/** How a session starts, is compacted and stops, and how a subagent ends. */
import { briefInShort, wholeBrief } from '../../../passes/host/host-brief.js';
import { openSession } from '../../../passes/host/host-gate.js';
import { passOfCaller } from '../../../passes/host/host-session.js';
import { unendedPass } from '../../../passes/host/bind-session.js';
import { type HookEvent, callerOf, ledgerOf, type HookContext, sessionOf } from './event.js';
import { goOn, instruction, NOTHING, type Reply, sessionContext } from './reply.js';

/** Inside a pass, T0 ran the gate already; the agent only gets its brief again. */
export function onSessionStart(context: HookContext, event: HookEvent): Reply {
  const data = passOfCaller(context.workspace.state, callerOf(context, event));
  if (data !== undefined)
    return sessionContext(event.source === 'compact' ? briefInShort(data) : wholeBrief(data));
  const findings = openSession(context.workspace, sessionOf(event));
  if (findings.length === 0) return NOTHING;
  const shown = `Nocturne's integrity gate refuses this workspace: ${findings[0]}${findings.length > 1 ? `, and ${findings.length - 1} more` : ''}`;
  return sessionContext(
    [
      `Nocturne's integrity gate refuses this workspace (${context.workspace.root}). Write nothing here until its owner has fixed this:`,
      ...findings.map((line) => `- ${line}`),
      'Tell the person, and point to nocturne gate and nocturne sign.',
    ].join('\n'),
    shown,
  );
}

export function onPreCompact(context: HookContext, event: HookEvent): Reply {
  const data = passOfCaller(context.workspace.state, callerOf(context, event));
  return data === undefined ? NOTHING : instruction(briefInShort(data));
}

/** Blocks once, so that an agent always can stop. The runner ends its own passes. */
export function onStop(context: HookContext, event: HookEvent): Reply {
  const data = unendedPass(context.workspace, sessionOf(event));
  if (data === undefined || event.stopActive) return NOTHING;
  return goOn(
    `The pass ${data.runId} that began in this session has not ended. Run nocturne pass end with the token and your report on standard input, or give it up with nocturne pass abort and the token.`,
  );
}

export async function onSubagentStop(context: HookContext, event: HookEvent): Promise<Reply> {
  if (event.agentId === undefined || event.stopActive) return NOTHING;
  const ledger = await ledgerOf(context, context.workspace.snapshot());
  ledger?.ended({
    childSession: event.agentId,
    outcome: 'ok',
    detail: event.lastMessage.slice(0, 300),
  });
  return NOTHING;
}
