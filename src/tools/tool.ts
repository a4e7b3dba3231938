/** A tool of agents: one record, from which chat, MCP and `nocturne tool` are made. */
import type { z } from 'zod';
import type { Need } from '../governance/capability.js';
import type { ToolContext } from './tool-context.js';

/** The command line has all but those of `chat` alone. */
export type ToolDoor = 'chat' | 'mcp' | 'command line';

/** `text` is for the agent, `data` the same for programs. Errors are thrown. */
export type ToolAnswer = {
  readonly text: string;
  readonly data: Readonly<Record<string, unknown>>;
};

export type Tool<Args extends z.ZodObject = z.ZodObject> = {
  readonly name: string;
  /** Every agent reads it at every start: one or two short sentences. */
  readonly description: string;
  readonly args: Args;
  /** The least capability that a pass needs. */
  readonly need: Exclude<Need, 'owner'>;
  readonly doors: readonly ToolDoor[];
  readonly readOnly: boolean;
  /** Sends the data along with the text. */
  readonly structured: boolean;
  /** It acts for a pass, so it takes the token of the pass where the interface has none. */
  readonly ofPass: boolean;
  run(context: ToolContext, args: z.infer<Args>): Promise<ToolAnswer> | ToolAnswer;
};

export function tool<Args extends z.ZodObject>(record: Tool<Args>): Tool {
  return record;
}

const MOST = 40_000;

export function clip(content: string): string {
  return content.length <= MOST
    ? content
    : `${content.slice(0, MOST)}\n… ${content.length - MOST} more characters; ask for less, or read a range of lines`;
}
