/** `knowledge stats`: what is indexed, and how it is searched. */
import type { ModuleCommand } from '../../types.js';
import { answerStats } from '../operations/answer-stats.js';
import { answered, callerOf } from './command.js';

export const knowledgeStats: ModuleCommand = {
  summary: 'show what the index contains and which embedder is active',
  forAgents: 'workspace',
  examples: ['nocturne knowledge stats', 'nocturne knowledge stats --json'],
  run: (context) => answered(() => answerStats(callerOf(context))),
};
