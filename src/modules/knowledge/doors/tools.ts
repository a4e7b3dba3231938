/**
 * The module's tools for clients of the Model Context Protocol: the same functions as behind the
 * commands.
 */
import { z } from 'zod';
import { defined } from '../../../kernel/defined.js';
import { readScope } from '../../../passes/read-scope.js';
import type { ToolAnswer } from '../../../passes/tools/tool-caller.js';
import type { ModuleTool, ModuleToolContext } from '../../types.js';
import { answerIndex } from './answer-index.js';
import { answerRelated } from './answer-related.js';
import { answerSearch, MOST_HITS } from './answer-search.js';
import { answerStats } from './answer-stats.js';
import type { Door } from './door.js';

const limit = z.coerce.number().int().min(1).max(MOST_HITS).optional();

export const TOOLS: readonly ModuleTool[] = [
  tool('semantic_search', {
    description:
      'Find passages of the workspace by meaning and by words. The query may hold "exact phrases" and filters: path: object: status: since: heading:',
    args: z.strictObject({ query: z.string(), limit, explain: z.boolean().optional() }),
    readOnly: true,
    need: 'project',
    run: answerSearch,
  }),
  tool('find_related', {
    description: 'Files that are about the same as one file.',
    args: z.strictObject({ path: z.string(), limit }),
    readOnly: true,
    need: 'project',
    run: answerRelated,
  }),
  tool('reindex', {
    description: 'Bring the search index up to date with all files.',
    args: z.strictObject({}),
    readOnly: false,
    need: 'workspace',
    run: (door) => answerIndex(door),
  }),
  tool('knowledge_stats', {
    description: 'What the search index holds, and how it searches.',
    args: z.strictObject({}),
    readOnly: true,
    need: 'workspace',
    run: (door) => answerStats(door),
  }),
];

type Row<S extends z.ZodObject> = {
  readonly description: string;
  readonly args: S;
  readonly readOnly: boolean;
  readonly need: ModuleTool['need'];
  run(door: Door, args: z.infer<S>): Promise<ToolAnswer>;
};

function tool<S extends z.ZodObject>(
  name: string,
  { description, args, readOnly, need, run }: Row<S>,
): ModuleTool {
  return {
    name,
    description,
    args,
    readOnly,
    need,
    structured: true,
    run: (context, given) => run(doorOf(context), args.parse(given)),
  };
}

function doorOf({ workspace, env, say, caller, signal }: ModuleToolContext): Door {
  return {
    workspace,
    env,
    progress: say,
    signal,
    ...defined({ scope: caller.kind === 'pass' ? readScope(caller.data) : undefined }),
  };
}
