/** The caller's side of a model's thread, which runs one job at a time, in order. */
import { Worker } from 'node:worker_threads';
import { NocturneError } from '../../../kernel/error.js';
import type { WorkerAnswer, WorkerRequest, WorkerSetting } from './transformers-worker.js';

/** `question`: for a re-ranking model, what each text is compared with. */
export type Job = { readonly texts: readonly string[]; readonly question?: string };

export type ModelThread = {
  readonly dimensions: number;
  /** Milliseconds of a run with one text of usual length. */
  readonly runMs: number;
  /** The numbers of all texts, concatenated. */
  run(job: Job): Promise<Float32Array>;
  close(): Promise<void>;
};

type Waiting = {
  readonly done: (answer: WorkerAnswer) => void;
  readonly fail: (error: unknown) => void;
};

/** @throws NocturneError `MISSING_PART` without the library, `UNREADABLE` for a broken model. */
export async function modelThread(
  setting: WorkerSetting,
  signal?: AbortSignal,
): Promise<ModelThread> {
  signal?.throwIfAborted();
  const thread = startThread(setting);
  const stop = (): void => void thread.terminate();
  signal?.addEventListener('abort', stop, { once: true });
  const first = await thread
    .next()
    .catch((error: unknown) => {
      throw signal?.aborted === true ? signal.reason : error;
    })
    .finally(() => signal?.removeEventListener('abort', stop));
  if (first.kind !== 'ready') {
    await thread.terminate();
    throw notLoaded(setting, first);
  }
  return {
    dimensions: first.dimensions,
    runMs: first.runMs,
    async run(job) {
      const answered = thread.next();
      thread.post({ kind: 'run', ...job });
      const answer = await answered;
      if (answer.kind === 'numbers') return answer.numbers;
      throw new NocturneError(
        'RUN_FAILED',
        `the model failed: ${answer.kind === 'failed' ? answer.why : 'it answered out of turn'}`,
        { hint: 'run the command again, or choose another embedder' },
      );
    },
    close: () => thread.close(),
  };
}

/** Answers come in the order of requests. The thread alone does not keep the process alive. */
function startThread(setting: WorkerSetting) {
  const worker = new Worker(new URL('transformers-worker.js', import.meta.url), {
    workerData: setting,
  });
  const waiting: Waiting[] = [];
  let ended: Error | undefined;
  let closing = false;
  const end = (error: Error): void => {
    ended ??= error;
    for (const request of waiting.splice(0)) request.fail(ended);
    worker.unref();
  };
  worker.on('message', (answer: WorkerAnswer) => {
    const request = waiting.shift();
    // An idle thread does not keep the process alive, unless it is being closed.
    if (waiting.length === 0 && !closing) worker.unref();
    request?.done(answer);
  });
  worker.on('error', (cause) =>
    end(
      new NocturneError('RUN_FAILED', `the model's thread failed: ${cause.message}`, {
        hint: 'run the command again',
        cause,
      }),
    ),
  );
  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  void exited.then(() =>
    end(new NocturneError('RUN_FAILED', 'the model was closed', { hint: 'open it again' })),
  );
  const post = (request: WorkerRequest): void => {
    if (ended === undefined) worker.postMessage(request);
  };
  return {
    post,
    terminate: () => worker.terminate(),
    next: (): Promise<WorkerAnswer> =>
      new Promise((done, fail) => {
        if (ended !== undefined) return fail(ended);
        worker.ref();
        waiting.push({ done, fail });
      }),
    async close(): Promise<void> {
      if (ended === undefined) {
        closing = true;
        worker.ref();
        post({ kind: 'close' });
      }
      await exited;
    },
  };
}

function notLoaded({ directory }: WorkerSetting, answer: WorkerAnswer): NocturneError {
  if (answer.kind === 'failed' && answer.absent === true)
    return new NocturneError(
      'MISSING_PART',
      'the package @huggingface/transformers, which runs models, is not installed',
      {
        hint: 'npm install --ignore-scripts @huggingface/transformers, or choose another embedder',
      },
    );
  return new NocturneError(
    'UNREADABLE',
    `the model in ${directory} cannot be loaded: ${answer.kind === 'failed' ? answer.why : 'it answered out of turn'}`,
    { hint: 'remove the directory and fetch the model again: nocturne knowledge model fetch' },
  );
}
