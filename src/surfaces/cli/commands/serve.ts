/** `serve`: runs the services of the modules, in the foreground, until it is stopped. */
import { plural } from '../../../kernel/words.js';
import { runServices } from '../../../passes/modules/run-services.js';
import { requireOwner } from '../actor.js';
import { passEnvironment } from '../pass-environment.js';
import { ok } from '../result.js';
import type { Command } from '../types.js';

export const serve: Command = {
  examples: ['nocturne serve'],
  async run(context) {
    requireOwner(context, 'serving');
    const env = await passEnvironment(context);
    context.progress(`Serving ${context.root()}. Press Ctrl-C to stop.`);
    const services = await runServices(env);
    return services === 0
      ? ok('No enabled module has anything to serve.', { services })
      : ok(`Stopped ${plural(services, 'service')}.`, { services });
  },
};
