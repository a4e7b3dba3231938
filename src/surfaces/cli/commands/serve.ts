/** `serve`: runs the services of the modules, and the dashboard if asked, in the foreground. */
import { plural } from '../../../kernel/words.js';
import { runServices } from '../../../passes/modules/run-services.js';
import { requireOwner } from '../actor.js';
import { passEnvironment } from '../pass-environment.js';
import { dashboardIfAsked, WITH_DASHBOARD } from '../with-dashboard.js';
import { ok } from '../result.js';
import type { Command } from '../types.js';

export const serve: Command = {
  options: WITH_DASHBOARD,
  examples: ['nocturne serve', 'nocturne serve --dashboard'],
  async run(context, { options }) {
    requireOwner(context, 'serving');
    const more = dashboardIfAsked(context, options);
    const env = await passEnvironment(context);
    context.progress(`Serving ${context.root()}. Press Ctrl-C to stop.`);
    const services = await runServices(env, more);
    return services === 0
      ? ok('No enabled module has anything to serve.', { services })
      : ok(`Stopped ${plural(services, 'service')}.`, { services });
  },
};
