/**
 * The tools of agents as commands: the same records as behind every other door, called for the pass
 * of `$NOCTURNE_PASS_TOKEN`, for the owner, or for whoever reads.
 */
import { defined } from '../../kernel/defined.js';
import { EXIT, NocturneError } from '../../kernel/error.js';
import { callTool } from '../../passes/call-tool.js';
import { callerOf, type ToolCaller } from '../../passes/tool-context.js';
import type { Tool } from '../../tools/tool.js';
import { actingAs } from './actor.js';
import type { CommandResult, Context } from './types.js';

/** Reading asks for no live token; a change is made in the name of the owner or of a live pass. */
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

/** A positive whole number that an option gives. */
export function lineNumber(name: string, value: unknown): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'string' || !/^[1-9]\d{0,6}$/.test(value))
    throw new NocturneError('USAGE', `--${name} is ${String(value)}`, {
      hint: 'give the number of a line, from 1',
    });
  return Number(value);
}
