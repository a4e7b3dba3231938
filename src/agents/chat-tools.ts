/** The tools of a chat agent: their schemas, and one call of the model. */
import { cutWithoutSecrets } from '../governance/guard/secrets.js';
import { EXIT, NocturneError, messageOf } from '../kernel/error.js';
import { unknownTool, parseArguments, toolSchema } from '../tools/tool-arguments.js';
import type { Tool } from '../tools/tool.js';
import type { AgentTools, ToolResult } from './types.js';

export function chatFunctions(tools: readonly Tool[]) {
  return tools.map(({ name, description, args }) => ({
    type: 'function' as const,
    function: { name, description, parameters: toolSchema(args, 'output') },
  }));
}

/** A valid call, or what the model must correct. `about`: its first argument. */
export type PreparedCall =
  | {
      readonly kind: 'call';
      readonly name: string;
      readonly about: string;
      make(): Promise<ToolResult>;
    }
  | { readonly kind: 'wrong'; readonly text: string };

export function prepareCall(tools: AgentTools, name: string, argumentsText: string): PreparedCall {
  const tool = tools.list.find((candidate) => candidate.name === name);
  if (tool === undefined)
    return wrong(
      unknownTool(
        name,
        tools.list.map((candidate) => candidate.name),
      ),
    );
  let sent: unknown;
  try {
    sent = JSON.parse(argumentsText);
  } catch (error) {
    return wrong(
      `The arguments of \`${name}\` are not JSON (${messageOf(error)}). You sent: ${cutWithoutSecrets(argumentsText, 200)}`,
    );
  }
  try {
    const [first = ''] = Object.values(parseArguments(tool, sent));
    return { kind: 'call', name, about: String(first), make: () => makeCall(tools, tool, sent) };
  } catch (error) {
    if (error instanceof NocturneError && error.code === 'USAGE') return wrong(error.message);
    throw error;
  }
}

/** Errors that the model can correct, next to usage errors and refusals. */
const TOLD: ReadonlySet<string> = new Set(['UNREADABLE', 'CONFLICT', 'RUN_FAILED']);

/** The model gets errors of its call; errors of the pass or the disk end the pass. */
async function makeCall(tools: AgentTools, tool: Tool, sent: unknown): Promise<ToolResult> {
  try {
    return { ok: true, text: (await tools.call(tool, sent)).text };
  } catch (error) {
    if (
      !(error instanceof NocturneError) ||
      (error.exit !== EXIT.usage && error.exit !== EXIT.refused && !TOLD.has(error.code))
    )
      throw error;
    const { code, message, hint } = error;
    return {
      ok: false,
      text: `${code === 'REFUSED' ? 'Refused. ' : ''}${message}${hint === undefined ? '' : `. ${hint}`}`,
    };
  }
}

function wrong(text: string): PreparedCall {
  return { kind: 'wrong', text };
}
