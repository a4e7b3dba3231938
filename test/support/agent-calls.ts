/** The tools of a chat agent in a pass, called as its runner calls them. */
import { prepareCall } from '../../src/agents/chat-tools.js';
import type { ToolResult } from '../../src/agents/types.js';
import { chatTools } from '../../src/passes/chat-tools.js';

export type AgentCall = (
  name: string,
  args: Readonly<Record<string, unknown>>,
) => Promise<ToolResult>;

export function agentCalls(pass: Parameters<typeof chatTools>[0]): AgentCall {
  const tools = chatTools(pass);
  return async (name, args) => {
    const prepared = prepareCall(tools, name, JSON.stringify(args));
    return prepared.kind === 'call' ? prepared.make() : { ok: false, text: prepared.text };
  };
}
