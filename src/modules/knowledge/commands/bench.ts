/** `knowledge bench`: search measured on the workspace's own index. */
import { EXIT } from '../../../kernel/error.js';
import type { ModuleCommand } from '../../types.js';
import { openForAnswer } from '../operations/caller.js';
import { measureIndex } from '../operations/measure-index.js';
import { releaseIndexes } from '../operations/open-index.js';
import { callerOf, EMBEDDER_OPTION } from './caller-of.js';

export const knowledgeBench: ModuleCommand = {
  summary: 'measure search on this workspace: time, and how often a passage is found again',
  forAgents: 'never',
  options: [EMBEDDER_OPTION],
  examples: ['nocturne knowledge bench', 'nocturne knowledge bench --embedder none'],
  async run(context, { options }) {
    const caller = callerOf(context);
    try {
      const { db, active } = await openForAnswer(caller, {
        flag: options['embedder'] as string | undefined,
        refresh: true,
      });
      const measured = await measureIndex(db, {
        root: caller.workspace.root,
        embedder: active.embedder,
      });
      const percent = (value: number): string => `${(value * 100).toFixed(0)} %`;
      const text = [
        `${measured.questions} questions, each of some words of one passage, asked by ${active.why}.`,
        `Time p50 ${measured.p50.toFixed(1)} ms, p95 ${measured.p95.toFixed(1)} ms; the question's own vector is not counted.`,
        `The passage was found ${percent(measured.found)} of the time among ten, ${percent(measured.first)} as the first.`,
        ...(measured.recall === undefined
          ? []
          : [`Of the ten nearest vectors, search found ${percent(measured.recall)}.`]),
      ].join('\n');
      return { exit: EXIT.ok, text, json: { ...measured, embedder: active.embedder.kind } };
    } finally {
      await releaseIndexes();
    }
  },
};
