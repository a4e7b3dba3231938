/** `brief`, `read`, `search`: the reading tools of agents as commands. */
import { defined } from '../../../kernel/defined.js';
import { briefTool } from '../../../tools/brief.js';
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
