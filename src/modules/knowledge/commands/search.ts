/** `knowledge search`: by meaning and by words. */
import { EXIT, NocturneError } from '../../../kernel/error.js';
import type { ModuleCommand } from '../../types.js';
import { answerSearch } from '../operations/answer-search.js';
import { EMBEDDER_OPTION, callerOf } from './caller-of.js';
import { releaseIndexes } from '../operations/open-index.js';

export const knowledgeSearch: ModuleCommand = {
  summary: 'search the workspace by meaning and by words',
  forAgents: 'project',
  args: '<question...>',
  options: [
    { flags: '-n, --limit <n>', description: 'how many passages (default 8, at most 50)' },
    { flags: '--explain', description: 'show how each passage came to its place' },
    {
      flags: '--rerank',
      description: 'let a second model read the best 30 and put them in order (slow)',
    },
    {
      flags: '--no-refresh',
      description: 'do not index what changed meanwhile; stale passages are left out and named',
    },
    EMBEDDER_OPTION,
  ],
  examples: [
    'nocturne knowledge search how do I stop a pass',
    'nocturne knowledge search "licence of a package" path:PROJECTS/** since:2026-01',
    'nocturne knowledge search PA-003 --explain',
  ],
  async run(context, { args, options }) {
    try {
      const { text, data } = await answerSearch(callerOf(context), {
        query: args
          .map((word) => (/\s/.test(word) && args.length > 1 ? `"${word}"` : word))
          .join(' '),
        limit: limitOf(options['limit']),
        explain: options['explain'] === true,
        refresh: options['refresh'] !== false,
        rerank: options['rerank'] === true,
        embedder: options['embedder'] as string | undefined,
      });
      return { exit: EXIT.ok, text, json: data };
    } finally {
      await releaseIndexes();
    }
  },
};

export function limitOf(value: unknown): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'string' || !/^[1-9]\d?$/.test(value) || Number(value) > 50)
    throw new NocturneError('USAGE', `--limit is ${String(value)}`, {
      hint: 'give a number from 1 to 50',
    });
  return Number(value);
}
