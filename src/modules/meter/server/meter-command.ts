/** `meter`: serves the models to running passes, in the foreground. */
import { defined } from '../../../kernel/defined.js';
import { EXIT } from '../../../kernel/error.js';
import type { ModuleCommand } from '../../types.js';

const UNUSED_MS = 60_000;

export const meterCommand: ModuleCommand = {
  summary: 'serve the models to running passes and count what they use, in the foreground',
  forAgents: 'never',
  options: [{ flags: '--until-idle', description: 'stop a minute after the last pass has ended' }],
  examples: ['nocturne meter', 'nocturne meter --until-idle'],
  async run(context, { options }) {
    context.requireOwner('serving the models');
    const { serveMeter } = await import('./serve-meter.js');
    const ending = new AbortController();
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ending.abort());
    await serveMeter({
      workspace: context.workspace(),
      env: context.env,
      signal: ending.signal,
      say: (line) => context.progress(line),
      ready: ({ port }) => context.progress(`The meter listens on 127.0.0.1:${port}.`),
      ...defined({ unusedMs: options['untilIdle'] === true ? UNUSED_MS : undefined }),
    });
    return { exit: EXIT.ok, text: 'Stopped the meter.', json: {} };
  },
};
