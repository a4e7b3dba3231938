/**
 * A pipe of the kernel between two programs. Node gives its children socket pairs, on which a
 * writer gets an error when its reader has ended, where a pipe ends it quietly (SIGPIPE).
 */
import { execFileSync } from 'node:child_process';
import { constants, mkdtempSync, openSync, rmSync } from '../../kernel/files.js';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Descriptors, to be closed once the programs have them. */
export type Pipe = { readonly from: number; readonly to: number };

export function makePipe(): Pipe {
  const folder = mkdtempSync(join(tmpdir(), 'nocturne-pipe-'));
  try {
    const path = join(folder, 'pipe');
    execFileSync('mkfifo', ['-m', '600', path]);
    const from = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    return { from, to: openSync(path, constants.O_WRONLY) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
