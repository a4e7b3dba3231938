/**
 * Whether what the index knows of a file is still what the file holds; asked for every hit before
 * it is shown.
 */
import { lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '../../../kernel/hash.js';
import { statText } from '../../../workspace/file-stat.js';
import { type Db, prepared } from './database.js';

export type Freshness = 'same' | 'changed' | 'deleted';

/** Without reading it where size, both times and the inode are those of then; else by its hash. */
export function freshnessOf(db: Db, root: string): (path: string) => Freshness {
  const known = prepared(db, 'SELECT hash, stat FROM files WHERE path = ?');
  const answers = new Map<string, Freshness>();
  return (path) => {
    const answer =
      answers.get(path) ??
      freshness(join(root, path), known.get(path) as { hash: string; stat: string } | undefined);
    answers.set(path, answer);
    return answer;
  };
}

function freshness(
  path: string,
  known: { readonly hash: string; readonly stat: string } | undefined,
): Freshness {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats?.isFile() !== true) return 'deleted';
  if (known === undefined) return 'changed';
  if (known.stat === statText(stats)) return 'same';
  try {
    return sha256(readFileSync(path)) === known.hash ? 'same' : 'changed';
  } catch {
    return 'deleted';
  }
}
