/** Agent tools as commands, called for the owner, the pass of the token, or a reader. */
import { defined } from '../../kernel/defined.js';
import { EXIT, NocturneError } from '../../kernel/error.js';
import { callTool } from '../../passes/call-tool.js';
import { callerOf, type ToolCaller } from '../../passes/tool-context.js';
import type { Tool } from '../../tools/tool.js';
import { actingAs } from './actor.js';
import type { CommandResult, Context } from './types.js';

/** Reading needs no live token; a change needs the owner or a running pass. */
export async function toolResult(
  context: Context,
  tool: Tool,
  sent: Readonly<Record<string, unknown>>,
  as: 'reader' | 'actor' = tool.readOnly ? 'reader' : 'actor',
): Promise<CommandResult> {
  const { text, data } = await callTool(
    {
      workspace: context.workspace(),
      caller: as === 'reader' ? readerOf(context) : actorOf(context),
      env: context.env,
      signal: new AbortController().signal,
      check: async (_seen, rule) => {
        const { check, settingsOf, wholeSnapshot } = await import('./commands/validate.js');
        return check(context, wholeSnapshot(context), await settingsOf(context, defined({ rule })));
      },
      say: (line) => context.progress(line),
    },
    tool,
    sent,
  );
  return { exit: EXIT.ok, text, json: data };
}

function readerOf(context: Context): ToolCaller {
  const token = context.env['NOCTURNE_PASS_TOKEN'];
  return callerOf(context.workspace(), { door: 'command line', token });
}

function actorOf(context: Context): ToolCaller {
  const acting = actingAs(context);
  return acting.pass === undefined
    ? { kind: 'owner', door: 'command line', acting }
    : { kind: 'pass', door: 'command line', data: acting.pass };
}

export function lineNumber(name: string, value: unknown): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'string' || !/^[1-9]\d{0,6}$/.test(value))
    throw new NocturneError('USAGE', `--${name} cannot be ${String(value)}`, {
      hint: 'give a line number, counted from 1',
    });
  return Number(value);
}
