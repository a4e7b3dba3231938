/** A module: its parts in a pass, its commands and its tools. The core names no module. */
import type { AddedCommand, AddedCommandContext, CommandResult } from '../passes/added-command.js';
import type { DashboardAction, DashboardPage } from '../passes/dashboard-page.js';
import type { PassModule } from '../passes/module.js';

export type { CommandResult, OptionSpec, Parsed } from '../passes/added-command.js';
export type ModuleCommandContext = AddedCommandContext;

export type ModuleCommand = AddedCommand & {
  readonly summary: string;
  /** Whether an agent may call it during a pass, and with which capability at least. */
  readonly forAgents: 'never' | 'project' | 'workspace';
};

export interface Module extends PassModule {
  /** By name, such as `tasks list`. */
  readonly commands: Readonly<Record<string, ModuleCommand>>;
  /** Of the dashboard. */
  readonly pages?: readonly DashboardPage[];
  readonly actions?: readonly DashboardAction[];
  /**
   * `audit verify --with NODE`: what two logs that name each other's rows tell about each other.
   * `file`: the other log, relative to the current folder; without it, the other is asked.
   */
  verifyWith?(
    context: ModuleCommandContext,
    other: { readonly node: string; readonly file: string | undefined },
  ): Promise<CommandResult>;
}
