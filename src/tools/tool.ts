/**
 * A tool of agents: one record, from which the tools of a chat agent, those of the Model Context
 * Protocol and `nocturne tool` are made.
 */
import type { z } from 'zod';
import type { Need } from '../governance/capability.js';
import type { ToolContext } from './tool-context.js';

/** `chat`: the tools of a chat agent. The command line has all but those of `chat` alone. */
export type ToolDoor = 'chat' | 'mcp' | 'command line';

/**
 * What a tool answers: `text` is for the agent, `data` the same for programs. What cannot be done
 * is thrown.
 */
export type ToolAnswer = {
  readonly text: string;
  readonly data: Readonly<Record<string, unknown>>;
};

export type Tool<Args extends z.ZodObject = z.ZodObject> = {
  readonly name: string;
  /** A listing is read by every agent at every start: one or two short sentences. */
  readonly description: string;
  readonly args: Args;
  /** Which capability a pass needs at least. */
  readonly need: Exclude<Need, 'owner'>;
  readonly doors: readonly ToolDoor[];
  readonly readOnly: boolean;
  /** The answer as data goes along with the text. */
  readonly structured: boolean;
  /** It acts for a pass, or tells of one: it takes the token of the pass where a door has none. */
  readonly ofPass: boolean;
  run(context: ToolContext, args: z.infer<Args>): Promise<ToolAnswer> | ToolAnswer;
};

/** A record that fits among those with other arguments. */
export function tool<Args extends z.ZodObject>(record: Tool<Args>): Tool {
  return record;
}

const MOST = 40_000;

export function clip(content: string): string {
  return content.length <= MOST
    ? content
    : `${content.slice(0, MOST)}\n… ${content.length - MOST} more characters; ask for less, or read a range of lines`;
}
