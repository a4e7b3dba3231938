/** Starts the writer and kills it, or lets it kill itself. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Place } from './scenario.js';

const WRITER = fileURLToPath(new URL('writer.js', import.meta.url));

export type WriterRun = {
  readonly task: 'commit' | 'recover';
  readonly count?: number;
  readonly dieAtStep?: number;
  readonly killAfterMs?: number;
};
export type WriterEnd = {
  readonly signal: string | null;
  readonly code: number | null;
  readonly committed: readonly number[];
  readonly errors: string;
};

/** `killAfterMs` counts from the moment at which the writer begins to work. */
export function runWriter(place: Place, run: WriterRun): Promise<WriterEnd> {
  return new Promise((resolve, reject) => {
    const child = spawn(
      process.execPath,
      [
        WRITER,
        place.root,
        place.state,
        run.task,
        String(run.count ?? 1),
        String(run.dieAtStep ?? 0),
      ],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    let output = '';
    let errors = '';
    let timer: NodeJS.Timeout | undefined;
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (run.killAfterMs !== undefined)
        timer ??= setTimeout(() => child.kill('SIGKILL'), run.killAfterMs);
    });
    child.stderr.on('data', (chunk: Buffer) => {
      errors += chunk.toString();
    });
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      const committed = output
        .split('\n')
        .filter((line) => /^\d+$/.test(line))
        .map(Number);
      resolve({ signal, code, committed, errors });
    });
  });
}
