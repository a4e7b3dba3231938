/** `knowledge index`: updates the index; an interrupted run continues the next time. */
import { NocturneError } from '../../../kernel/error.js';
import type { ModuleCommand } from '../../types.js';
import { answerIndex } from '../operations/answer-index.js';
import { answered, callerOf, EMBEDDER_OPTION, untilInterrupted } from './command.js';

export const knowledgeIndex: ModuleCommand = {
  summary: 'index the files that changed',
  forAgents: 'workspace',
  options: [EMBEDDER_OPTION, { flags: '--full', description: 'index everything again' }],
  examples: ['nocturne knowledge index', 'nocturne knowledge index --embedder none'],
  run: (context, { options }) =>
    answered(() =>
      untilInterrupted(
        new NocturneError('RUN_FAILED', 'indexing was stopped; nothing that was done is lost', {
          hint: 'nocturne knowledge index continues there',
        }),
        (signal) =>
          answerIndex(callerOf(context, signal), {
            embedder: options['embedder'] as string | undefined,
            full: options['full'] === true,
          }),
      ),
    ),
};
