/**
 * A temporary copy of an index that cannot be written (in a sandbox that mounts the workspace
 * read-only): SQLite needs to write next to the file even to read it, and changed files are indexed
 * in the copy.
 */
import {
  accessSync,
  constants,
  copyFileSync,
  existsSync,
  mkdtempSync,
  rmSync,
  statSync,
} from '../../../kernel/files.js';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { NocturneError, messageOf } from '../../../kernel/error.js';

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
 * @returns the copy's path. @throws NocturneError `CONFLICT` if another process keeps writing the
 * index, `STORAGE` if there is no room for a copy.
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
    // If the index was written during the copy, the two files may not match.
    if (state() === before) return copy;
  }
  throw new NocturneError(
    'CONFLICT',
    `${path} is read-only here, and another process writes it, so it cannot be copied`,
    { file: path, hint: 'try again when indexing has ended' },
  );
}

function folderFor(path: string): string {
  try {
    return mkdtempSync(join(tmpdir(), 'nocturne-knowledge-'));
  } catch (cause) {
    throw new NocturneError(
      'STORAGE',
      `the knowledge index ${path} is read-only here and cannot be copied: ${messageOf(cause)}`,
      { file: path, hint: 'set TMPDIR to a writable folder', cause },
    );
  }
}
