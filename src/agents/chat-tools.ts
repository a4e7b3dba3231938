/**
 * The tools of a chat agent: their schemas, and one call from what the model wrote to what it
 * reads.
 */
import { z } from 'zod';
import { EXIT, NocturneError } from '../kernel/error.js';
import { explainFault, TOOL_ARGUMENTS, TOOL_DESCRIPTIONS, unknownTool } from './tool-arguments.js';
import type { GuardedTools, ToolResult } from './types.js';

const { read, write, edit, search, query, run } = TOOL_ARGUMENTS;
const ARGUMENTS = { read, write, edit, search, query, run } as const;
export type ToolName = keyof typeof ARGUMENTS;

/** The tools as a chat endpoint wants them described. */
export const CHAT_TOOLS = (Object.keys(ARGUMENTS) as ToolName[]).map((name) => {
  const { $schema: _, ...parameters } = z.toJSONSchema(ARGUMENTS[name]);
  return {
    type: 'function' as const,
    function: { name, description: TOOL_DESCRIPTIONS[name], parameters },
  };
});

/** A call that can be made, or the sentence that tells the model how to make it right. */
export type PreparedCall =
  | {
      readonly kind: 'call';
      readonly name: ToolName;
      readonly about: string;
      make(): ToolResult | Promise<ToolResult>;
    }
  | { readonly kind: 'wrong'; readonly text: string };

export function prepareCall(
  tools: GuardedTools,
  name: string,
  argumentsText: string,
): PreparedCall {
  if (!isToolName(name)) return wrong(unknownTool(name, Object.keys(ARGUMENTS)));
  let given: unknown;
  try {
    given = JSON.parse(argumentsText);
  } catch (error) {
    return wrong(
      `The arguments of \`${name}\` are not JSON (${error instanceof Error ? error.message : String(error)}). You sent: ${argumentsText.slice(0, 200)}`,
    );
  }
  const parsed = ARGUMENTS[name].safeParse(given);
  if (!parsed.success)
    return wrong(explainFault(name, ARGUMENTS[name], { error: parsed.error, sent: given }));
  return bind(tools, name, parsed.data);
}

/**
 * Makes a call. What a tool throws because of what it was given is text for the model; anything
 * else ends the pass and is thrown on.
 */
export async function makeCall(call: Extract<PreparedCall, { kind: 'call' }>): Promise<ToolResult> {
  try {
    return await call.make();
  } catch (error) {
    if (
      !(error instanceof NocturneError) ||
      (error.exit !== EXIT.usage && error.exit !== EXIT.refused)
    )
      throw error;
    return {
      ok: false,
      text: error.hint === undefined ? error.message : `${error.message} ${error.hint}`,
    };
  }
}

function bind(
  tools: GuardedTools,
  name: ToolName,
  given: z.infer<(typeof ARGUMENTS)[ToolName]>,
): PreparedCall {
  const call = (about: string, make: () => ToolResult | Promise<ToolResult>): PreparedCall => ({
    kind: 'call',
    name,
    about,
    make,
  });
  if ('old_text' in given)
    return call(given.path, () => tools.edit(given.path, given.old_text, given.new_text));
  if ('content' in given) return call(given.path, () => tools.write(given.path, given.content));
  if ('pattern' in given) return call(given.pattern, () => tools.search(given.pattern, given.glob));
  if ('sql' in given) return call(given.sql, () => tools.query(given.sql));
  if ('command' in given) return call(given.command, () => tools.run(given.command));
  const range = {
    ...(given.from === undefined ? {} : { from: given.from }),
    ...(given.to === undefined ? {} : { to: given.to }),
  };
  return call(given.path, () => tools.read(given.path, range));
}

function isToolName(name: string): name is ToolName {
  return Object.hasOwn(ARGUMENTS, name);
}

function wrong(text: string): PreparedCall {
  return { kind: 'wrong', text };
}
