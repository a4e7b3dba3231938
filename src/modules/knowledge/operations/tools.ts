/**
 * The module's tools for agents: the same functions as behind the commands.
 */
import { z } from 'zod';
import { defined } from '../../../kernel/defined.js';
import { type Tool, tool } from '../../../tools/tool.js';
import type { ToolContext } from '../../../tools/tool-context.js';
import { answerIndex } from './answer-index.js';
import { answerRelated } from './answer-related.js';
import { answerSearch, MOST_HITS } from './answer-search.js';
import { answerStats } from './answer-stats.js';
import type { Caller } from './caller.js';

/** How all of them are served. */
const SERVED = { doors: ['mcp', 'command line'], structured: true, ofPass: false } as const;
const limit = z.coerce.number().int().min(1).max(MOST_HITS).optional();

export const TOOLS: readonly Tool[] = [
  tool({
    ...SERVED,
    name: 'semantic_search',
    description:
      'Find passages of the workspace by words and by meaning. The query may contain "exact phrases" and the filters path: object: status: since: heading:',
    args: z.strictObject({ query: z.string(), limit, explain: z.boolean().optional() }),
    readOnly: true,
    need: 'project',
    run: (context, args) => answerSearch(callerOf(context), args),
  }),
  tool({
    ...SERVED,
    name: 'find_related',
    description: 'Find files related to one file.',
    args: z.strictObject({ path: z.string(), limit }),
    readOnly: true,
    need: 'project',
    run: (context, args) => answerRelated(callerOf(context), args),
  }),
  tool({
    ...SERVED,
    name: 'reindex',
    description: 'Update the search index with all changed files.',
    args: z.strictObject({}),
    readOnly: false,
    need: 'workspace',
    run: (context) => answerIndex(callerOf(context)),
  }),
  tool({
    ...SERVED,
    name: 'knowledge_stats',
    description: 'Show what the search index contains and how it searches.',
    args: z.strictObject({}),
    readOnly: true,
    need: 'workspace',
    run: (context) => answerStats(callerOf(context)),
  }),
];

function callerOf({ workspace, env, say, scope, signal }: ToolContext): Caller {
  return defined({ workspace, env, progress: say, signal, scope });
}
