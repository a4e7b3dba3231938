/** `knowledge stats`: what is indexed, and by what is searched. */
import { EXIT } from '../../../kernel/error.js';
import type { ModuleCommand } from '../../types.js';
import { answerStats } from '../operations/answer-stats.js';
import { releaseIndexes } from '../operations/open-index.js';
import { callerOf } from './caller-of.js';

export const knowledgeStats: ModuleCommand = {
  summary: 'what the knowledge index holds, and which embedder is in force',
  forAgents: 'workspace',
  examples: ['nocturne knowledge stats', 'nocturne knowledge stats --json'],
  async run(context) {
    try {
      const { text, data } = await answerStats(callerOf(context));
      return { exit: EXIT.ok, text, json: data };
    } finally {
      await releaseIndexes();
    }
  },
};
