/** Starts the dashboard for a command, which calls the other commands in the owner's name. */
import { installedModules } from '../../modules/installed.js';
import type { Parsed } from '../../passes/added-command.js';
import type { Service } from '../../passes/module.js';
import { callApart } from './call-apart.js';
import { callCommand } from './call-command.js';
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
        callOn: (workspace) => callCommand(context, { door: 'dashboard', workspace }),
        callApart: callApart(context),
        place,
        readOnly: options['readOnly'] === true,
        signal,
        say: (line) => context.progress(line),
      });
    },
  };
}
