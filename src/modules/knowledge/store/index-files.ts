/** The first half of indexing: cuts changed files and indexes their words, a transaction a file. */
import { isIncomingMessage, isHeldMessage } from '../../../governance/incoming-message-path.js';
import { isSetAside } from '../../../governance/set-aside.js';
import { sha256 } from '../../../kernel/hash.js';
import { routeOf } from '../../../registry/route.js';
import { fileSystemNow, isSettled, statText } from '../../../workspace/file-stat.js';
import type { FileEntry, Snapshot } from '../../../workspace/types.js';
import { chunkText } from './chunk.js';
import { type Db, readMeta, writeMeta } from './database.js';
import { columnsOf, dayOf } from './record-columns.js';
import { fileStore } from './store-file.js';

export type FilesReport = {
  /** In the index now. */
  readonly files: number;
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
 * Markdown without logs and the manifest (`audit show` and `history` search those), and without
 * messages that nobody has accepted yet, or pages that were put aside.
 */
export function isKnowledge(snapshot: Snapshot, entry: FileEntry): boolean {
  if (entry.kind !== 'file' || !MARKDOWN.test(entry.path) || isSetAside(entry.path)) return false;
  const { tier } = routeOf(snapshot.schema, entry.path);
  if (tier !== 'FREE' && (isIncomingMessage(entry.path) || isHeldMessage(entry.path))) return false;
  return (
    tier !== 'APPEND' &&
    tier !== 'MANIFEST-VERIFY' &&
    !snapshot
      .objectsOf(entry.path)
      .some((object) => object.shape === 'log' || object.object === 'QUARANTINE')
  );
}

/** Resumable. @param snapshot of everything, not of what one pass sees. */
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
  // Last, so that a moved file still finds its vectors.
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

/** Reads another encoding as well as possible; a file with zero bytes is not text. */
function lenient(bytes: Buffer | undefined): string {
  return bytes === undefined || bytes.includes(0) ? '' : decoder.decode(bytes);
}

/** Changes when the objects of the registry change, which passages are filed by. */
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
