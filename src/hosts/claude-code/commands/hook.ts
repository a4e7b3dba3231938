/** `hook claude-code`, which the installed hooks call. */
import type { AddedCommand } from '../../../passes/added-command.js';
import { hookLine } from '../hook-line.js';

/** The built program takes a shorter path to the same function. */
export const hookClaudeCode: AddedCommand = {
  examples: ['nocturne hook claude-code < event.json'],
  async run(context, { options }) {
    const { workspace } = options;
    const words = typeof workspace === 'string' ? ['--workspace', workspace] : [];
    return { exit: await hookLine(words, () => context.modules()), text: '', json: {} };
  },
};
