/** One call of a tool over the protocol: identifies the caller, runs the tool, and answers. */
import { type CallToolResult, ErrorCode, McpError } from '@modelcontextprotocol/sdk/types.js';
import { defined } from '../../kernel/defined.js';
import { NocturneError, messageOf } from '../../kernel/error.js';
import { callTool as call } from '../../passes/call-tool.js';
import { callerOf } from '../../passes/tool-context.js';
import { unknownTool } from '../../tools/tool-arguments.js';
import type { Tool, ToolAnswer } from '../../tools/tool.js';
import type { Check } from '../../tools/tool-context.js';
import { toolsOf } from '../../tools/tools.js';
import type { Workspace } from '../../workspace/types.js';
import { servedTools } from '../../modules/served-tools.js';

export type Served = {
  readonly workspace: Workspace;
  readonly check: Check;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  /** Prints a line for the person who runs the server. */
  readonly say: (line: string) => void;
};
export type Call = {
  readonly name: string;
  readonly args: Readonly<Record<string, unknown>>;
  /** From the environment or a header; an argument overrides it. */
  readonly token: string | undefined;
  readonly client: string | undefined;
  readonly signal: AbortSignal;
};

/** @throws McpError only for a tool that does not exist. */
export async function callTool(served: Served, asked: Call): Promise<CallToolResult> {
  const tool = await toolNamed(served.workspace, asked.name);
  try {
    const { token, ...args } = asked.args;
    const caller = callerOf(served.workspace, {
      door: 'mcp',
      client: asked.client,
      token: typeof token === 'string' && token !== '' ? token : asked.token,
    });
    const signal = AbortSignal.any([served.signal, asked.signal]);
    const sent =
      tool.ofPass && (token === undefined || typeof token === 'string') ? args : asked.args;
    return answered(tool, await call({ ...served, caller, signal }, tool, sent));
  } catch (error) {
    return failed(served, tool, error);
  }
}

async function toolNamed(workspace: Workspace, name: string): Promise<Tool> {
  const own = toolsOf('mcp').find((candidate) => candidate.name === name);
  if (own !== undefined) return own;
  const tools = await servedTools(workspace, 'mcp');
  const names = tools.map((candidate) => candidate.name);
  const tool = tools.find((candidate) => candidate.name === name);
  if (tool === undefined) throw new McpError(ErrorCode.InvalidParams, unknownTool(name, names));
  return tool;
}

function answered(tool: Tool, { text, data }: ToolAnswer): CallToolResult {
  return {
    content: [{ type: 'text', text }],
    ...defined({ structuredContent: tool.structured ? { ...data } : undefined }),
  };
}

/** The same text and the same document as on the command line. */
function failed(served: Served, tool: Tool, error: unknown): CallToolResult {
  const failure =
    error instanceof NocturneError
      ? error
      : new NocturneError('INTERNAL', messageOf(error), {
          hint: 'this is a bug in Nocturne',
        });
  if (failure.code === 'INTERNAL')
    served.say(
      `${tool.name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    );
  const { code, message, hint } = failure;
  return {
    isError: true,
    content: [
      { type: 'text', text: `${code}: ${message}${hint === undefined ? '' : `\n  ${hint}`}` },
    ],
    structuredContent: { error: failure.document },
  };
}
