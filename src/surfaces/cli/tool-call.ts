/**
 * The tools of agents as commands: the same functions as behind every other door, called for the
 * pass of `$NOCTURNE_PASS_TOKEN` or for whoever reads.
 */
import { EXIT, NocturneError } from '../../kernel/error.js';
import {
  callerOf,
  type ToolAnswer,
  type ToolCaller,
  type ToolContext,
} from '../../passes/tools/tool-caller.js';
import { actingAs } from './actor.js';
import type { CommandResult, Context } from './types.js';

/** For commands that only read: a token that is not live is no hindrance. */
export function readingContext(context: Context): ToolContext {
  return toolContext(
    context,
    callerOf(context.workspace(), {
      door: 'command line',
      token: context.env['NOCTURNE_PASS_TOKEN'],
    }),
  );
}

/**
 * For commands that change something: the pass, or `undefined` for the owner, whose edits are
 * judged as the owner's.
 */
export function passContext(context: Context): ToolContext | undefined {
  const { pass } = actingAs(context);
  return pass === undefined
    ? undefined
    : toolContext(context, { kind: 'pass', door: 'command line', data: pass });
}

export function resultOf({ text, data }: ToolAnswer): CommandResult {
  return { exit: EXIT.ok, text, json: data };
}

function toolContext(context: Context, caller: ToolCaller): ToolContext {
  return { workspace: context.workspace(), caller, signal: new AbortController().signal };
}

/** A positive whole number that an option gives. */
export function lineNumber(name: string, given: unknown): number | undefined {
  if (given === undefined) return undefined;
  if (typeof given !== 'string' || !/^[1-9]\d{0,6}$/.test(given))
    throw new NocturneError('USAGE', `--${name} is ${String(given)}`, {
      hint: 'give the number of a line, from 1',
    });
  return Number(given);
}
