/** `demo`: makes the demonstration workspace if it is missing, and runs a night in it. */
import { basename, join, relative, resolve } from 'node:path';
import { makeDemo } from '../../../setup/demo.js';
import { makeContext } from '../context.js';
import type { Command } from '../types.js';

export const demo: Command = {
  args: '[dir]',
  examples: ['nocturne demo .demo'],
  async run(context, { args }) {
    const directory = resolve(context.cwd, args[0] ?? '.demo');
    const home =
      (context.env['NOCTURNE_HOME'] ?? '') === ''
        ? join(directory, '..', `${basename(directory)}-home`)
        : context.home;
    const made = makeDemo({
      directory,
      home,
      packageRoot: context.packageRoot,
      clock: context.clock,
    });
    context.progress(
      made ? `Created the demonstration workspace ${directory}.\n` : `Using ${directory}.\n`,
    );
    const { night } = await import('./night.js');
    const inside = await makeContext({
      workspace: directory,
      home,
      json: context.json,
      quiet: context.quiet,
      color: context.color,
    });
    const result = await night.run(inside, { args: [], options: {} });
    const path = relative(context.cwd, directory);
    const place = path.startsWith('..') ? directory : path;
    const how = `\n\nThe workspace is ${directory}. To answer a question and let the next pass act on it:\n\n  export NOCTURNE_HOME=${home}\n  npx nocturne approve inventory --workspace ${place}\n  npx nocturne run worker --workspace ${place}\n`;
    return { ...result, text: `${result.text.trimEnd()}${how}` };
  },
};
