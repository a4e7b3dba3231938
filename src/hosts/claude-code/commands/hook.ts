/** `hook claude-code`: what the installed hooks call. Nobody types it. */
import type { AddedCommand } from '../../../passes/added-command.js';
import { hookLine } from '../hook-line.js';

/** `dist/quick.cjs` calls the same function without the rest of the command line. */
export const hookClaudeCode: AddedCommand = {
  examples: ['nocturne hook claude-code < event.json'],
  async run(context, { options }) {
    const { workspace } = options;
    const words = typeof workspace === 'string' ? ['--workspace', workspace] : [];
    return { exit: await hookLine(words, () => context.modules()), text: '', json: {} };
  },
};
