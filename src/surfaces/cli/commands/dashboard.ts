/** `dashboard`: Mission Control, a web page on this machine that shows the workspace. */
import { installedModules } from '../../../modules/installed.js';
import { requireCall, requireOwner } from '../actor.js';
import { portOf } from '../port.js';
import { ok } from '../result.js';
import type { Command } from '../types.js';

export const dashboard: Command = {
  options: [
    { flags: '--port <port>', description: 'the port on 127.0.0.1 (default: any free port)' },
    { flags: '--read-only', description: 'show everything, change nothing' },
  ],
  examples: ['nocturne dashboard', 'nocturne dashboard --port 4170 --read-only'],
  async run(context, { options }) {
    requireOwner(context, 'the dashboard');
    const call = requireCall(context);
    const { startDashboard } = await import('../../dashboard/start.js');
    const modules = await installedModules();
    const ending = new AbortController();
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ending.abort());
    await startDashboard({
      workspace: context.workspace(),
      pages: modules.flatMap((module) => module.pages ?? []),
      actions: modules.flatMap((module) => module.actions ?? []),
      call,
      port: portOf(options['port']),
      readOnly: options['readOnly'] === true,
      signal: ending.signal,
      say: (line) => context.progress(line),
    });
    return ok('', {});
  },
};
