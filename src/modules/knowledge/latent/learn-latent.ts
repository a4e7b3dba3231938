/** Learns the latent model in a thread, so that the process can cancel it. */
import { Worker } from 'node:worker_threads';
import { NocturneError } from '../../../kernel/error.js';
import type { LatentModel } from './latent-model.js';

/**
 * `undefined` for too few texts. @throws NocturneError `RUN_FAILED`; rejects with the signal's
 * reason when cancelled.
 */
export async function learnLatent(
  texts: readonly string[],
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<LatentModel | undefined> {
  signal?.throwIfAborted();
  const worker = new Worker(new URL('latent-worker.js', import.meta.url), { workerData: texts });
  const stop = (): void => void worker.terminate();
  signal?.addEventListener('abort', stop, { once: true });
  try {
    return await new Promise<LatentModel | undefined>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', (cause) => reject(failed(cause.message, cause)));
      worker.once('exit', (code) =>
        reject(signal?.aborted === true ? signal.reason : failed(`its thread ended with ${code}`)),
      );
    });
  } finally {
    signal?.removeEventListener('abort', stop);
    await worker.terminate();
  }
}

function failed(why: string, cause?: unknown): NocturneError {
  return new NocturneError('RUN_FAILED', `the latent model could not be learned: ${why}`, {
    hint: 'run the command again; search by words works without it',
    cause,
  });
}
