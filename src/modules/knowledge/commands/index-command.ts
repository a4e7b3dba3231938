/** `knowledge index`: brings the index up to date; what is interrupted goes on the next time. */
import { EXIT, NocturneError } from '../../../kernel/error.js';
import type { ModuleCommand } from '../../types.js';
import { answerIndex } from '../operations/answer-index.js';
import { releaseIndexes } from '../operations/open-index.js';
import { callerOf, EMBEDDER_OPTION } from './caller-of.js';

export const knowledgeIndex: ModuleCommand = {
  summary: 'index what changed, so that it is found by meaning',
  forAgents: 'workspace',
  options: [EMBEDDER_OPTION, { flags: '--full', description: 'everything anew' }],
  examples: ['nocturne knowledge index', 'nocturne knowledge index --embedder none'],
  async run(context, { options }) {
    const ending = new AbortController();
    const end = (): void =>
      ending.abort(
        new NocturneError('RUN_FAILED', 'indexing was stopped; what was done is kept', {
          hint: 'nocturne knowledge index goes on where it stopped',
        }),
      );
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, end);
    try {
      const { text, data } = await answerIndex(callerOf(context, ending.signal), {
        embedder: options['embedder'] as string | undefined,
        full: options['full'] === true,
      });
      return { exit: EXIT.ok, text, json: data };
    } finally {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.removeListener(signal, end);
      await releaseIndexes();
    }
  },
};
