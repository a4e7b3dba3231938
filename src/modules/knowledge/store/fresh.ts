/** Whether a file is as it was indexed; checked for every hit before it is shown. */
import { lstatSync, readFileSync } from '../../../kernel/files.js';
import { join } from 'node:path';
import { sha256 } from '../../../kernel/hash.js';
import { statText } from '../../../workspace/file-stat.js';
import { type Db, prepared } from './database.js';

export type Freshness = 'same' | 'changed' | 'deleted';

/** By size, times and inode; reads and hashes the file only if these differ. */
export function freshnessOf(db: Db, root: string): (path: string) => Freshness {
  const select = prepared(db, 'SELECT hash, stat FROM files WHERE path = ?');
  const answers = new Map<string, Freshness>();
  return (path) => {
    const answer =
      answers.get(path) ??
      freshness(join(root, path), select.get(path) as { hash: string; stat: string } | undefined);
    answers.set(path, answer);
    return answer;
  };
}

function freshness(
  path: string,
  indexed: { readonly hash: string; readonly stat: string } | undefined,
): Freshness {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats?.isFile() !== true) return 'deleted';
  if (indexed === undefined) return 'changed';
  if (indexed.stat === statText(stats)) return 'same';
  try {
    return sha256(readFileSync(path)) === indexed.hash ? 'same' : 'changed';
  } catch {
    return 'deleted';
  }
}
