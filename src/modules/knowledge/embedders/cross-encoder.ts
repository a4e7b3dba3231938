/** A local re-ranking model: it scores the query together with each passage. */
import { modelFiles } from './model-directory.js';
import { workerPool } from './worker-pool.js';
import type { Reranker } from './rerank.js';

export const RERANK_MODEL = 'Xenova/ms-marco-MiniLM-L-6-v2';

const DEPTH = 30;
/** Characters; such models read 512 tokens of query and passage together. */
const LONGEST = 3000;

/**
 * @throws NocturneError `NOT_FOUND` for a missing model, `UNREADABLE` for a broken one,
 * `MISSING_PART` without the library.
 */
export async function makeCrossEncoder({
  modelPath,
  model = RERANK_MODEL,
  signal,
}: {
  readonly modelPath: string;
  readonly model?: string;
  readonly signal?: AbortSignal;
}): Promise<Reranker> {
  const { directory, dtype, id } = modelFiles(modelPath, {
    model,
    hint: 'nocturne knowledge model fetch --reranker downloads it',
  });
  const pool = await workerPool({ directory, dtype, task: 'fit' }, signal);
  return {
    name: id,
    depth: DEPTH,
    async scores(question, texts) {
      const scores: number[] = [];
      // One text for each run: several would be padded, and not faster.
      await pool.run(
        texts.map((text) => ({ texts: [text.slice(0, LONGEST)], question })),
        (index, [score = 0]) => (scores[index] = score),
      );
      return scores;
    },
    close: () => pool.close(),
  };
}
