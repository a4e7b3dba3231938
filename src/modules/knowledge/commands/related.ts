/** `knowledge related`: finds related files. */
import type { ModuleCommand } from '../../types.js';
import { answerRelated } from '../operations/answer-related.js';
import { answered, callerOf } from './command.js';
import { limitOf } from './search.js';

export const knowledgeRelated: ModuleCommand = {
  summary: 'find files related to one file',
  forAgents: 'project',
  args: '<path>',
  options: [
    { flags: '-n, --limit <n>', description: 'how many files (default 8, at most 50)' },
    { flags: '--no-refresh', description: 'do not index changed files first' },
  ],
  examples: ['nocturne knowledge related orchestration-os/RUNNERS.md'],
  run: (context, { args, options }) =>
    answered(() =>
      answerRelated(callerOf(context), {
        path: args[0] ?? '',
        limit: limitOf(options['limit']),
        refresh: options['refresh'] !== false,
      }),
    ),
};
