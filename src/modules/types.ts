/**
 * A module: what a pass knows of it, and what it adds to the command line. The core knows no module
 * by name.
 */
import type { z } from 'zod';
import type { AddedCommand, AddedCommandContext } from '../passes/added-command.js';
import type { PassModule } from '../passes/module.js';
import type { ToolAnswer, ToolContext } from '../passes/tools/tool-caller.js';

export type { CommandResult, OptionSpec, Parsed } from '../passes/added-command.js';
export type ModuleCommandContext = AddedCommandContext;

export type ModuleCommand = AddedCommand & {
  readonly summary: string;
  /** Whether an agent may call it during a pass, and with which capability at least. */
  readonly forAgents: 'never' | 'project' | 'workspace';
};

/** What a module's tool is given by the server of the Model Context Protocol. */
export type ModuleToolContext = ToolContext & {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** A line for whoever runs the server. */
  readonly say: (line: string) => void;
};

/**
 * A tool of the server while the module is enabled. `structured`: the answer as data goes along
 * with the text.
 */
export type ModuleTool = {
  readonly name: string;
  readonly description: string;
  readonly args: z.ZodObject;
  readonly readOnly: boolean;
  readonly structured: boolean;
  /** Which capability a pass needs at least. */
  readonly need: 'project' | 'workspace';
  run(context: ModuleToolContext, args: unknown): Promise<ToolAnswer> | ToolAnswer;
};

export interface Module extends PassModule {
  /** By the words that call them: `tasks list`. */
  readonly commands: Readonly<Record<string, ModuleCommand>>;
  readonly tools?: readonly ModuleTool[];
}
