/** `knowledge search`: by words and by meaning. */
import { NocturneError } from '../../../kernel/error.js';
import type { ModuleCommand } from '../../types.js';
import { answerSearch } from '../operations/answer-search.js';
import { answered, callerOf, EMBEDDER_OPTION } from './command.js';

export const knowledgeSearch: ModuleCommand = {
  summary: 'search the workspace by words and by meaning',
  forAgents: 'project',
  args: '<query...>',
  options: [
    { flags: '-n, --limit <n>', description: 'how many passages (default 8, at most 50)' },
    { flags: '--explain', description: 'show the ranks and scores of each passage' },
    {
      flags: '--rerank',
      description: 'let a second model sort the best 30 (slow)',
    },
    {
      flags: '--no-refresh',
      description: 'do not index changed files first; leave them out and name them',
    },
    EMBEDDER_OPTION,
  ],
  examples: [
    'nocturne knowledge search how do I stop a pass',
    'nocturne knowledge search "licence of a package" path:PROJECTS/** since:2026-01',
    'nocturne knowledge search PA-003 --explain',
  ],
  run: (context, { args, options }) =>
    answered(() =>
      answerSearch(callerOf(context), {
        query: args
          .map((word) => (/\s/.test(word) && args.length > 1 ? `"${word}"` : word))
          .join(' '),
        limit: limitOf(options['limit']),
        explain: options['explain'] === true,
        refresh: options['refresh'] !== false,
        rerank: options['rerank'] === true,
        embedder: options['embedder'] as string | undefined,
      }),
    ),
};

export function limitOf(value: unknown): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'string' || !/^[1-9]\d?$/.test(value) || Number(value) > 50)
    throw new NocturneError('USAGE', `--limit is ${String(value)}`, {
      hint: 'give a number from 1 to 50',
    });
  return Number(value);
}
