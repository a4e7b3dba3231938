/** `hook claude-code`: what the installed hooks of Claude Code call. Nobody types it. */
import { installedModules } from '../../../modules/installed.js';
import { hookLine } from '../hook-line.js';
import type { Command } from '../types.js';

/** `main` goes the shorter way to the same function. */
export const hookClaudeCode: Command = {
  examples: ['nocturne hook claude-code < event.json'],
  async run(context) {
    return { exit: await hookLine(['--workspace', context.root()], installedModules), text: '', json: {} };
  },
};
