/**
 * The threads of a model: one with all processors for a few texts, one for each processor for many,
 * because small matrices gain little from a second processor.
 */
import { availableParallelism } from 'node:os';
import { type Job, type ModelThread, modelThread } from './model-thread.js';
import type { WorkerSetting } from './transformers-worker.js';

/** Each loads the whole model. */
const MOST_THREADS = 4;
/** After this much work, loading the model for each processor pays off. */
const WORTH_MS = 1500;

export type WorkerPool = {
  readonly dimensions: number;
  readonly runMs: number;
  /** Calls `each` with the numbers of a finished job, in any order. A failure ends all jobs. */
  run(
    jobs: readonly Job[],
    each: (job: number, numbers: Float32Array) => void,
    signal?: AbortSignal,
  ): Promise<void>;
  close(): Promise<void>;
};

/** @throws NocturneError as {@link modelThread} does. */
export async function workerPool(
  setting: WorkerSetting,
  signal?: AbortSignal,
): Promise<WorkerPool> {
  const first = await modelThread(setting, signal);
  const size = Math.min(availableParallelism(), MOST_THREADS);
  let [many, spent]: [Promise<readonly ModelThread[]> | undefined, number] = [undefined, 0];
  const more = (): Promise<readonly ModelThread[]> =>
    (many ??= openAll({ ...setting, processors: Math.floor(availableParallelism() / size) }, size));
  return {
    dimensions: first.dimensions,
    runMs: first.runMs,
    async run(jobs, each, stop) {
      const start = performance.now();
      const threads = size > 1 && jobs.length > 1 && spent > WORTH_MS ? await more() : [first];
      let next = 0;
      const work = async (thread: ModelThread): Promise<void> => {
        while (next < jobs.length) {
          stop?.throwIfAborted();
          const index = next++;
          each(index, await unlessAborted(thread.run(jobs[index] ?? { texts: [] }), stop));
        }
      };
      await Promise.all(threads.map(work)).finally(() => {
        next = jobs.length;
        spent += performance.now() - start;
      });
    },
    async close() {
      await Promise.all(
        [first, ...((await many?.catch(() => [])) ?? [])].map((thread) => thread.close()),
      );
    },
  };
}

async function openAll(setting: WorkerSetting, count: number): Promise<readonly ModelThread[]> {
  const opened = await Promise.allSettled(
    Array.from({ length: count }, () => modelThread(setting)),
  );
  const threads = opened.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const failed = opened.find((result) => result.status === 'rejected');
  if (failed === undefined) return threads;
  await Promise.all(threads.map((thread) => thread.close()));
  throw failed.reason;
}

/** Does not interrupt a running job. */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
