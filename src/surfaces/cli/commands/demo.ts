/** `demo`: makes the demonstration workspace once, and lets a night pass in it. */
import { basename, join, resolve } from 'node:path';
import { makeDemo } from '../../../setup/demo.js';
import { makeContext } from '../context.js';
import type { Command } from '../types.js';

export const command: Command = {
  args: '[dir]',
  examples: ['nocturne demo .demo'],
  async run(context, { args }) {
    const directory = resolve(context.cwd, args[0] ?? '.demo');
    const home = (context.env['NOCTURNE_HOME'] ?? '') === '' ? join(directory, '..', `${basename(directory)}-home`) : context.home;
    const made = makeDemo({ directory, home, packageRoot: context.packageRoot, clock: context.clock });
    context.progress(made ? `made the demonstration workspace ${directory}\n` : `using ${directory}\n`);
    const { command: night } = await import('./night.js');
    const inside = { ...makeContext({ workspace: directory, json: context.json, quiet: context.quiet, color: context.color }), home };
    const result = await night.run(inside, { args: [], options: {} });
    const how = `\nThe workspace is ${directory}. Try:\n\n  export NOCTURNE_HOME=${home}\n  cd ${directory} && npx nocturne approve inventory\n`;
    return { ...result, text: `${result.text}${how}` };
  },
};
