/** `brief`, `read`, `search`, `notify`: tools of agents as commands. */
import { defined } from '../../../kernel/defined.js';
import { briefTool } from '../../../tools/brief.js';
import { NOTE_PRIORITIES, notifyTool } from '../../../tools/notify.js';
import { readTool } from '../../../tools/read.js';
import { searchTool } from '../../../tools/search.js';
import { lineNumber, toolResult } from '../tool-call.js';
import type { Command } from '../types.js';

export const brief: Command = {
  examples: ['nocturne brief', 'nocturne brief --json'],
  run: (context) => toolResult(context, briefTool, {}),
};

export const read: Command = {
  args: '<path>',
  options: [
    { flags: '--from <line>', description: 'the first line, counted from 1' },
    { flags: '--to <line>', description: 'the last line' },
  ],
  examples: ['nocturne read REGISTRY.md --from 1 --to 40'],
  run: (context, { args, options }) =>
    toolResult(
      context,
      readTool,
      defined({
        path: args[0] ?? '',
        from: lineNumber('from', options['from']),
        to: lineNumber('to', options['to']),
      }),
    ),
};

export const search: Command = {
  args: '<pattern>',
  options: [{ flags: '--glob <glob>', description: 'only files whose path matches this pattern' }],
  examples: ['nocturne search licence', 'nocturne search "^## .*phase" --glob "PROJECTS/**"'],
  run: (context, { args, options }) =>
    toolResult(context, searchTool, defined({ pattern: args[0] ?? '', glob: options['glob'] })),
};

export const notify: Command = {
  args: '<text>',
  options: [
    {
      flags: '--priority <priority>',
      description: 'how soon the owner should read it (default: low)',
      choices: NOTE_PRIORITIES,
    },
  ],
  examples: [
    'nocturne notify "The licence page of two packages is gone; both are marked in the inventory."',
    'nocturne notify "The disk is nearly full." --priority high',
  ],
  run(context, { args, options }) {
    const text = args[0] ?? '';
    const priority =
      NOTE_PRIORITIES.find((candidate) => candidate === options['priority']) ?? 'low';
    return toolResult(context, notifyTool, { text, priority });
  },
};
