/**
 * One call of a tool: who calls, whether that caller may, whether the arguments fit; then the tool,
 * and its answer in the words of the protocol.
 */
import { type CallToolResult, ErrorCode, McpError } from '@modelcontextprotocol/sdk/types.js';
import { explainFault, unknownTool } from '../../agents/tool-arguments.js';
import { NocturneError } from '../../kernel/error.js';
import { callerOf, requireCapability, type ToolAnswer } from '../../passes/tools/tool-caller.js';
import type { Workspace } from '../../workspace/types.js';
import { servedTools } from './served-tools.js';
import { MCP_TOOLS, type McpTool } from './tool-table.js';
import type { Check } from './validate-tool.js';

export type Served = {
  readonly workspace: Workspace;
  readonly check: Check;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  /** A line for whoever runs the server. */
  readonly say: (line: string) => void;
};
export type Call = {
  readonly name: string;
  readonly args: Readonly<Record<string, unknown>>;
  /** From the environment or a header; an argument goes before it. */
  readonly token: string | undefined;
  readonly client: string | undefined;
  readonly signal: AbortSignal;
};

/** @throws McpError for a tool that does not exist; everything else is an answer. */
export async function callTool(served: Served, call: Call): Promise<CallToolResult> {
  const tools = MCP_TOOLS.some((one) => one.name === call.name)
    ? MCP_TOOLS
    : await servedTools(served.workspace);
  const tool = tools.find((one) => one.name === call.name);
  if (tool === undefined)
    throw new McpError(
      ErrorCode.InvalidParams,
      unknownTool(
        call.name,
        tools.map((one) => one.name),
      ),
    );
  try {
    const given = call.args['token'];
    const caller = callerOf(served.workspace, {
      door: 'mcp',
      client: call.client,
      token: typeof given === 'string' && given !== '' ? given : call.token,
    });
    requireCapability({ workspace: served.workspace, caller }, tool.name, tool.need);
    const parsed = tool.args.safeParse(call.args);
    if (!parsed.success)
      throw new NocturneError(
        'USAGE',
        explainFault(tool.name, tool.args, { error: parsed.error, sent: call.args }),
      );
    const { workspace, check, env, say } = served;
    return answered(
      tool,
      await tool.run(
        {
          workspace,
          check,
          env,
          say,
          caller,
          signal: AbortSignal.any([served.signal, call.signal]),
        },
        call.args,
      ),
    );
  } catch (error) {
    return failed(served, tool, error);
  }
}

function answered(tool: McpTool, { text, data }: ToolAnswer): CallToolResult {
  return {
    content: [{ type: 'text', text }],
    ...(tool.structured ? { structuredContent: { ...data } } : {}),
  };
}

/** The same words and the same document as the command line has for it. */
function failed(served: Served, tool: McpTool, error: unknown): CallToolResult {
  const known =
    error instanceof NocturneError
      ? error
      : new NocturneError('INTERNAL', error instanceof Error ? error.message : String(error), {
          hint: 'this is a bug in nocturne',
        });
  if (known.code === 'INTERNAL')
    served.say(
      `${tool.name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    );
  const { code, message, hint, place } = known;
  return {
    isError: true,
    content: [
      { type: 'text', text: `${code}: ${message}${hint === undefined ? '' : `\n  ${hint}`}` },
    ],
    structuredContent: {
      error: { code, message, ...(hint === undefined ? {} : { hint }), ...place },
    },
  };
}
