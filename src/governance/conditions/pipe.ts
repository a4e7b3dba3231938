/**
 * Pipes of the kernel between programs. Node gives its children socket pairs, on which a
 * writer gets an error when its reader has ended, where a pipe ends it quietly (SIGPIPE).
 */
import { execFileSync } from 'node:child_process';
import { constants, mkdtempSync, openSync, rmSync } from '../../kernel/files.js';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Descriptors, to be closed once the programs have them. */
export type Pipe = { readonly from: number; readonly to: number };

/** All of them with one program: starting it is what takes time. */
export function makePipes(count: number): readonly Pipe[] {
  if (count === 0) return [];
  const folder = mkdtempSync(join(tmpdir(), 'nocturne-pipe-'));
  try {
    const paths = Array.from({ length: count }, (_, index) => join(folder, String(index)));
    execFileSync('mkfifo', ['-m', '600', ...paths]);
    return paths.map((path) => {
      const from = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
      return { from, to: openSync(path, constants.O_WRONLY) };
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
