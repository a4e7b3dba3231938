/** `knowledge bench`: search measured on the workspace's own index. */
import type { ModuleCommand } from '../../types.js';
import { openForAnswer } from '../operations/caller.js';
import { measureIndex } from '../operations/measure-index.js';
import { answered, callerOf, EMBEDDER_OPTION } from './command.js';

export const knowledgeBench: ModuleCommand = {
  summary: 'measure search on this workspace: its time, and how often it finds a passage again',
  forAgents: 'never',
  options: [EMBEDDER_OPTION],
  examples: ['nocturne knowledge bench', 'nocturne knowledge bench --embedder none'],
  run: (context, { options }) =>
    answered(async () => {
      const caller = callerOf(context);
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
        `${measured.questions} queries, each with some words of one passage, by ${active.why}.`,
        `Time p50 ${measured.p50.toFixed(1)} ms, p95 ${measured.p95.toFixed(1)} ms, without computing the query's vector.`,
        `The passage was among the first ten in ${percent(measured.found)} of queries, and first in ${percent(measured.first)}.`,
        ...(measured.recall === undefined
          ? []
          : [`Search found ${percent(measured.recall)} of the ten nearest vectors.`]),
      ].join('\n');
      return { text, data: { ...measured, embedder: active.embedder.kind } };
    }),
};
