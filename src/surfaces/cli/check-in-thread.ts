/** The caller's side of the thread that validates the whole workspace, one request at a time. */
import { Worker } from 'node:worker_threads';
import type { Diagnostic } from '../../kernel/diagnostic.js';
import { messageOf, NocturneError } from '../../kernel/error.js';

export type CheckSetting = { readonly root: string; readonly home: string };
/** Texts by path, over those on the disk. */
export type CheckRequest = { readonly contents: ReadonlyMap<string, string> };
export type CheckAnswer =
  | { readonly kind: 'checked'; readonly diagnostics: readonly Diagnostic[] }
  | { readonly kind: 'failed'; readonly why: string };

export type CheckThread = {
  /** Not again before the answer to the last request. */
  check(contents: ReadonlyMap<string, string>): Promise<readonly Diagnostic[]>;
  close(): Promise<void>;
};

export function checkThread(setting: CheckSetting): CheckThread {
  const worker = new Worker(new URL('./check-thread.js', import.meta.url), { workerData: setting });
  worker.unref();
  let answered: ((answer: CheckAnswer) => void) | undefined;
  const end = (why: string): void => answered?.({ kind: 'failed', why });
  worker.on('message', (answer: CheckAnswer) => answered?.(answer));
  worker.on('error', (error) => end(messageOf(error)));
  worker.on('exit', () => end('its thread ended'));
  return {
    async check(contents) {
      const answer = await new Promise<CheckAnswer>((done) => {
        answered = done;
        worker.postMessage({ contents } satisfies CheckRequest);
      });
      if (answer.kind === 'checked') return answer.diagnostics;
      throw new NocturneError('RUN_FAILED', `the workspace could not be checked: ${answer.why}`);
    },
    close: async () => void (await worker.terminate()),
  };
}
