/**
 * Where the index cannot be written (a sandbox that mounts the workspace read-only), a copy of it
 * answers: SQLite needs to write beside the file even to read it, and
 * what changed meanwhile is indexed in the copy, so that nothing stale is shown there either. It is
 * gone when the process ends.
 */
import {
  accessSync,
  constants,
  copyFileSync,
  existsSync,
  mkdtempSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { NocturneError } from '../../../kernel/error.js';

const ATTEMPTS = 5;

export function isWritable(path: string): boolean {
  try {
    for (const needed of [dirname(path), path]) accessSync(needed, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * @returns the copy's path. @throws NocturneError `CONFLICT` where another process writes the index
 * all the time, `STORAGE` where there is no place for a copy.
 */
export function copyOf(path: string): string {
  const directory = folderFor(path);
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
  const copy = join(directory, 'knowledge.db');
  const parts = ['', '-wal'];
  const state = (): string =>
    parts
      .map((part) => {
        const stats = statSync(`${path}${part}`, { throwIfNoEntry: false });
        return stats === undefined ? '-' : `${stats.size} ${stats.mtimeMs}`;
      })
      .join(' ');
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const before = state();
    for (const part of parts) {
      rmSync(`${copy}${part}`, { force: true });
      if (existsSync(`${path}${part}`))
        copyFileSync(`${path}${part}`, `${copy}${part}`, constants.COPYFILE_FICLONE);
    }
    // Written to while it was copied, the two files may not belong together.
    if (state() === before) return copy;
  }
  throw new NocturneError(
    'CONFLICT',
    `the knowledge index is being written while it is copied, and cannot be opened in place: ${path} is read-only here`,
    { file: path, hint: 'ask again when indexing has ended' },
  );
}

function folderFor(path: string): string {
  try {
    return mkdtempSync(join(tmpdir(), 'nocturne-knowledge-'));
  } catch (cause) {
    throw new NocturneError(
      'STORAGE',
      `the knowledge index ${path} is read-only here, and there is no place for a copy of it: ${cause instanceof Error ? cause.message : String(cause)}`,
      { file: path, hint: 'set TMPDIR to a folder that can be written', cause },
    );
  }
}
