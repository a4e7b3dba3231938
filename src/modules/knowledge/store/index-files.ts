/**
 * The first half of indexing: the files that changed since last time are cut and filed, word
 * indexes with them. Each file is one transaction.
 */
import { isIncomingMessage, isHeldMessage } from '../../../governance/incoming-message-path.js';
import { sha256 } from '../../../kernel/hash.js';
import { routeOf } from '../../../registry/route.js';
import { fileSystemNow, isSettled, statText } from '../../../workspace/file-stat.js';
import type { FileEntry, Snapshot } from '../../../workspace/types.js';
import { chunkText } from './chunk.js';
import { type Db, readMeta, writeMeta } from './database.js';
import { columnsOf, dayOf } from './record-columns.js';
import { fileStore } from './store-file.js';

export type FilesReport = {
  /** Files that the index has now. */ readonly files: number;
  readonly changed: readonly string[];
  readonly removed: readonly string[];
};
export type FilesOptions = {
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
};

const MARKDOWN = /\.(?:md|markdown|mdx)$/i;
const decoder = new TextDecoder('utf-8');

/**
 * Markdown, but for the logs and the manifest (rows of hashes say nothing; `audit show` and
 * `history` search them), and for messages that nobody admitted yet: they are in no prompt.
 */
export function isKnowledge(snapshot: Snapshot, entry: FileEntry): boolean {
  if (
    entry.kind !== 'file' ||
    !MARKDOWN.test(entry.path) ||
    isIncomingMessage(entry.path) ||
    isHeldMessage(entry.path)
  )
    return false;
  const { tier } = routeOf(snapshot.schema, entry.path);
  return (
    tier !== 'APPEND' &&
    tier !== 'MANIFEST-VERIFY' &&
    !snapshot
      .objectsOf(entry.path)
      .some((object) => object.shape === 'log' || object.object === 'QUARANTINE')
  );
}

/**
 * What is cancelled or killed goes on with the next file when it is called again. @param snapshot
 * of everything, not of what one pass sees.
 */
export function indexFiles(
  db: Db,
  snapshot: Snapshot,
  { signal, onProgress }: FilesOptions = {},
): FilesReport {
  const store = fileStore(db);
  const seenAt = fileSystemNow(snapshot.root);
  const key = schemaKey(snapshot);
  const sameSchema = readMeta(db, 'schema') === key;
  const indexed = new Map(
    (
      db.prepare('SELECT path, hash, stat FROM files').all() as {
        path: string;
        hash: string;
        stat: string;
      }[]
    ).map((row) => [row.path, row]),
  );
  const entries = [...snapshot.files.values()].filter((entry) => isKnowledge(snapshot, entry));
  const stale = entries.filter(
    (entry) => !sameSchema || indexed.get(entry.path)?.stat !== statText(entry),
  );
  const changed: string[] = [];
  for (const [done, entry] of stale.entries()) {
    signal?.throwIfAborted();
    const hash = snapshot.hash(entry.path);
    const before = indexed.get(entry.path);
    if (hash === undefined) continue;
    const stat = isSettled(entry, seenAt) ? statText(entry) : '';
    if (sameSchema && before?.hash === hash) {
      if (before.stat !== stat) store.touch(entry.path, stat);
    } else {
      store.put(
        { path: entry.path, hash, stat, day: dayOf(snapshot, entry.path) },
        chunksOf(snapshot, entry.path),
      );
      changed.push(entry.path);
    }
    snapshot.release?.(entry.path);
    onProgress?.(done + 1, stale.length);
  }
  const here = new Set(entries.map((entry) => entry.path));
  // Last, so that what was moved finds its vectors still there.
  const removed = [...indexed.keys()].filter((path) => !here.has(path));
  for (const path of removed) store.remove(path);
  if (!sameSchema) writeMeta(db, 'schema', key);
  return { files: entries.length, changed, removed };
}

function chunksOf(
  snapshot: Snapshot,
  path: string,
): Parameters<ReturnType<typeof fileStore>['put']>[1] {
  const text = snapshot.text(path) ?? lenient(snapshot.bytes(path));
  const columns = columnsOf(snapshot, path);
  return chunkText(text).map((chunk) => ({ ...chunk, ...columns(chunk) }));
}

/** A file in another encoding keeps what can be read of it; what holds zero bytes is no text. */
function lenient(bytes: Buffer | undefined): string {
  return bytes === undefined || bytes.includes(0) ? '' : decoder.decode(bytes);
}

/** The kinds of records, by which passages are filed. */
function schemaKey(snapshot: Snapshot): string {
  return sha256(
    JSON.stringify(
      [...snapshot.schema.objects.values()].map(({ object, shape, glob, locator }) => [
        object,
        shape,
        glob,
        locator,
      ]),
    ),
  );
}
