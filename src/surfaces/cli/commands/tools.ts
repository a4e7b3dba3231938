/** `brief`, `read`, `search`: what an agent looks at, as commands. */
import { defined } from '../../../kernel/defined.js';
import { briefTool } from '../../../passes/tools/tool-brief.js';
import { readTool } from '../../../passes/tools/tool-read.js';
import { searchTool } from '../../../passes/tools/tool-search.js';
import { lineNumber, readingContext, resultOf } from '../tool-call.js';
import type { Command } from '../types.js';

export const brief: Command = {
  examples: ['nocturne brief', 'nocturne brief --json'],
  run: (context) => resultOf(briefTool(readingContext(context))),
};

export const read: Command = {
  args: '<path>',
  options: [
    { flags: '--from <line>', description: 'first line, from 1' },
    { flags: '--to <line>', description: 'last line' },
  ],
  examples: ['nocturne read REGISTRY.md --from 1 --to 40'],
  run: (context, { args, options }) =>
    resultOf(
      readTool(readingContext(context), {
        path: args[0] ?? '',
        from: lineNumber('from', options['from']),
        to: lineNumber('to', options['to']),
      }),
    ),
};

export const search: Command = {
  args: '<pattern>',
  options: [{ flags: '--glob <glob>', description: 'only files whose path matches' }],
  examples: ['nocturne search licence', 'nocturne search "^## .*phase" --glob "PROJECTS/**"'],
  run: (context, { args, options }) =>
    resultOf(
      searchTool(readingContext(context), {
        pattern: args[0] ?? '',
        ...defined({ glob: typeof options['glob'] === 'string' ? options['glob'] : undefined }),
      }),
    ),
};
