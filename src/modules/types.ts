/**
 * A module: what a pass knows of it, and what it adds to the command line. The core knows no module
 * by name.
 */
import type { AddedCommand, AddedCommandContext } from '../passes/added-command.js';
import type { PassModule } from '../passes/module.js';
import type { Tool } from '../tools/tool.js';

export type { CommandResult, OptionSpec, Parsed } from '../passes/added-command.js';
export type ModuleCommandContext = AddedCommandContext;

export type ModuleCommand = AddedCommand & {
  readonly summary: string;
  /** Whether an agent may call it during a pass, and with which capability at least. */
  readonly forAgents: 'never' | 'project' | 'workspace';
};

export interface Module extends PassModule {
  /** By the words that call them: `tasks list`. */
  readonly commands: Readonly<Record<string, ModuleCommand>>;
  /** For every door that serves tools, while the module is enabled. */
  readonly tools?: readonly Tool[];
}
