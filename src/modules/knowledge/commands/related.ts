/** `knowledge related`: files that are about the same. */
import { EXIT } from '../../../kernel/error.js';
import type { ModuleCommand } from '../../types.js';
import { answerRelated } from '../operations/answer-related.js';
import { releaseIndexes } from '../operations/open-index.js';
import { callerOf } from './caller-of.js';
import { limitOf } from './search.js';

export const knowledgeRelated: ModuleCommand = {
  summary: 'files that are about the same as one file',
  forAgents: 'project',
  args: '<path>',
  options: [
    { flags: '-n, --limit <n>', description: 'how many files (default 8, at most 50)' },
    { flags: '--no-refresh', description: 'do not index what changed meanwhile' },
  ],
  examples: ['nocturne knowledge related orchestration-os/RUNNERS.md'],
  async run(context, { args, options }) {
    try {
      const { text, data } = await answerRelated(callerOf(context), {
        path: args[0] ?? '',
        limit: limitOf(options['limit']),
        refresh: options['refresh'] !== false,
      });
      return { exit: EXIT.ok, text, json: data };
    } finally {
      await releaseIndexes();
    }
  },
};
