/** The tools of agents as commands: the same functions as behind every other door, called for the pass of `$NOCTURNE_PASS_TOKEN` or for whoever reads. */
import { EXIT, NocturneError } from '../../kernel/error.js';
import { type PassCaller, type ToolAnswer, type ToolCaller, type ToolContext } from '../../passes/tool-caller.js';
import { callerOf } from '../../passes/tool-caller.js';
import { type Acting, actingAs } from './actor.js';
import type { CommandResult, Context } from './types.js';

/** For commands that only read: a token that is not live is no hindrance. */
export function readingContext(context: Context): ToolContext {
  return toolContext(context, callerOf(context.workspace(), { door: 'command line', token: context.env['NOCTURNE_PASS_TOKEN'] }));
}

/** For commands that change something: the pass, or `undefined` for the owner, whose edits are judged as the owner's. */
export function passContext(context: Context): ToolContext | undefined {
  const caller = passCaller(actingAs(context));
  return caller === undefined ? undefined : toolContext(context, caller);
}

export function resultOf({ text, data }: ToolAnswer): CommandResult {
  return { exit: EXIT.ok, text, json: data };
}

function toolContext(context: Context, caller: ToolCaller): ToolContext {
  const ending = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ending.abort());
  return { workspace: context.workspace(), caller, signal: ending.signal };
}

function passCaller(acting: Acting): PassCaller | undefined {
  return acting.pass === undefined ? undefined : { kind: 'pass', door: 'command line', data: acting.pass };
}

/** A positive whole number that an option gives. */
export function lineNumber(name: string, given: unknown): number | undefined {
  if (given === undefined) return undefined;
  if (typeof given !== 'string' || !/^[1-9]\d{0,6}$/.test(given)) throw new NocturneError('USAGE', `--${name} is ${String(given)}`, { hint: 'give the number of a line, from 1' });
  return Number(given);
}
