/** `dashboard`: Mission Control, a web page on this machine that shows the workspace and answers. */
import { defined } from '../../../kernel/defined.js';
import { NocturneError } from '../../../kernel/error.js';
import { installedModules } from '../../../modules/installed.js';
import { wholeCatalogue } from '../added-commands.js';
import { requireOwner } from '../actor.js';
import { portOf } from '../port.js';
import { ok } from '../result.js';
import type { Command, Context } from '../types.js';
import type { CallCommand } from '../../../passes/dashboard-page.js';

export const dashboard: Command = {
  options: [
    { flags: '--port <port>', description: 'the port on 127.0.0.1 (default: any free port)' },
    { flags: '--read-only', description: 'show everything, change nothing' },
  ],
  examples: ['nocturne dashboard', 'nocturne dashboard --port 4170 --read-only'],
  async run(context, { options }) {
    requireOwner(context, 'the dashboard');
    const { startDashboard } = await import('../../dashboard/start.js');
    const modules = await installedModules();
    const ending = new AbortController();
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ending.abort());
    await startDashboard({
      workspace: context.workspace(),
      pages: modules.flatMap((module) => module.pages ?? []),
      actions: modules.flatMap((module) => module.actions ?? []),
      call: callCommand(context),
      port: portOf(options['port']),
      readOnly: options['readOnly'] === true,
      signal: ending.signal,
      say: (line) => context.progress(line),
    });
    return ok('', {});
  },
};

/** Commands are called as the owner types them, but nobody is asked on a terminal. */
function callCommand(context: Context): CallCommand {
  const quiet: Context = {
    ...context,
    json: true,
    quiet: true,
    color: false,
    interactive: false,
    door: 'dashboard',
  };
  return async (name, { args = [], options = {}, check } = {}) => {
    const entry = (await wholeCatalogue())[name];
    if (entry === undefined)
      throw new NocturneError('NOT_FOUND', `there is no command "${name}" in this installation`);
    return (await entry.load()).run({ ...quiet, ...defined({ check }) }, { args, options });
  };
}
