/**
 * What bubblewrap says on its own descriptor: who is the first process inside, and later how the
 * program ended, if it was started at all.
 */
import { Readable } from 'node:stream';
import { liveProcess, type LiveProcess } from './process-table.js';

export type SandboxStatus = {
  /** The first process inside, as seen from here: when it is gone, everything inside is. */
  first(): LiveProcess | undefined;
  /** The program was started, and has ended. */
  programEnded(): boolean;
  /** Nothing more will be said. */
  readonly closed: Promise<void>;
};

export function readSandboxStatus(stream: unknown): SandboxStatus {
  let received = '';
  let first: LiveProcess | undefined;
  let closed = Promise.resolve();
  if (stream instanceof Readable) {
    closed = new Promise((resolve) => stream.once('close', resolve));
    stream.setEncoding('utf8').on('data', (text: string) => {
      received = (received + text).slice(0, 4096);
      const pid = /"child-pid": (\d+)/.exec(received)?.[1];
      if (pid !== undefined) first ??= liveProcess(Number(pid));
    });
  }
  return { first: () => first, programEnded: () => received.includes('"exit-code"'), closed };
}
