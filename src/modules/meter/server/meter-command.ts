/** `meter`: serves the models to running passes, in the foreground. */
import { defined } from '../../../kernel/defined.js';
import { EXIT, NocturneError } from '../../../kernel/error.js';
import type { ModuleCommand } from '../../types.js';
import { serveMeter } from './serve-meter.js';

export const meterCommand: ModuleCommand = {
  summary: 'serve the models to running passes and count what they use, in the foreground',
  forAgents: 'never',
  options: [
    { flags: '--unused <minutes>', description: 'stop after this long without a running pass' },
  ],
  examples: ['nocturne meter', 'nocturne meter --unused 10'],
  async run(context, { options }) {
    context.requireOwner('serving the models');
    const unusedMs = millisecondsOf(options['unused']);
    const ending = new AbortController();
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ending.abort());
    await serveMeter({
      workspace: context.workspace(),
      env: context.env,
      signal: ending.signal,
      say: (line) => context.progress(line),
      ready: ({ port }) => context.progress(`The meter listens on 127.0.0.1:${port}.`),
      ...defined({ unusedMs }),
    });
    return { exit: EXIT.ok, text: 'Stopped the meter.', json: {} };
  },
};

function millisecondsOf(minutes: unknown): number | undefined {
  if (minutes === undefined) return undefined;
  if (!(Number(minutes) > 0))
    throw new NocturneError('USAGE', `--unused cannot be ${String(minutes)}`, {
      hint: 'give a number of minutes above 0',
    });
  return Number(minutes) * 60_000;
}
