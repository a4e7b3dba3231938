/** Starts the dashboard for a command, which calls the other commands in the owner's name. */
import { defined } from '../../kernel/defined.js';
import { NocturneError } from '../../kernel/error.js';
import { installedModules } from '../../modules/installed.js';
import type { Parsed } from '../../passes/added-command.js';
import type { CallCommand } from '../../passes/dashboard-page.js';
import type { Service } from '../../passes/module.js';
import type { Workspace } from '../../workspace/types.js';
import { wholeCatalogue } from './added-commands.js';
import { dashboardPlace } from './dashboard-place.js';
import type { Context } from './types.js';

/** For commands that serve more than this. @throws NocturneError as `dashboardPlace`. */
export function dashboardService(context: Context, options: Parsed['options']): Service {
  const place = dashboardPlace(context, options);
  return {
    name: 'dashboard',
    run: async (signal) => {
      const { startDashboard } = await import('../dashboard/start.js');
      const modules = await installedModules();
      await startDashboard({
        workspace: context.workspace(),
        pages: modules.flatMap((module) => module.pages ?? []),
        actions: modules.flatMap((module) => module.actions ?? []),
        callOn: (workspace) => callCommand(context, workspace),
        place,
        readOnly: options['readOnly'] === true,
        signal,
        say: (line) => context.progress(line),
      });
    },
  };
}

/**
 * Commands are called as the owner types them, but nobody is asked on a terminal.
 * @internal
 */
export function callCommand(context: Context, workspace: Workspace): CallCommand {
  const quiet: Context = {
    ...context,
    json: true,
    quiet: true,
    color: false,
    interactive: false,
    door: 'dashboard',
    workspace: () => workspace,
  };
  return async (name, { args = [], options = {}, check } = {}) => {
    const entry = (await wholeCatalogue())[name];
    if (entry === undefined)
      throw new NocturneError('NOT_FOUND', `there is no command "${name}" in this installation`);
    return (await entry.load()).run({ ...quiet, ...defined({ check }) }, { args, options });
  };
}
