/** The second half of indexing: computes missing vectors in batches, a transaction a batch. */
import { defined } from '../../../kernel/defined.js';
import { NocturneError } from '../../../kernel/error.js';
import { type Db, nextGeneration, readMeta, writeMeta } from './database.js';
import type { Embedder } from '../embedders/embedder.js';
import { binaryCode } from './binary-code.js';
import { bytesOf } from './vector-bytes.js';

/** `pending`: passages without a vector, because indexing was stopped. */
export type VectorsReport = {
  readonly embedded: number;
  readonly reused: number;
  readonly pending: number;
  /** The model whose vectors were deleted. */
  readonly replaced?: string;
};
export type VectorsOptions = {
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
  /** No batch starts after this time. */
  readonly withinMs?: number;
};

/** Texts of the first batch. Later ones are sized to take {@link BATCH_MS}. */
const FIRST_BATCH = 16;
const MOST_BATCH = 512;
const BATCH_MS = 500;

type Waiting = { readonly hash: string; readonly text: string };

/** Resumable. */
export async function indexVectors(
  db: Db,
  embedder: Embedder,
  { signal, onProgress, withinMs = Number.POSITIVE_INFINITY }: VectorsOptions = {},
): Promise<VectorsReport> {
  if (embedder.kind === 'none') return { embedded: 0, reused: 0, pending: 0 };
  const replaced = prepareFor(db, embedder);
  const waiting = db
    .prepare(
      "SELECT c.hash AS hash, CASE c.headings WHEN '' THEN c.text ELSE c.headings || char(10) || c.text END AS text FROM chunks c LEFT JOIN vectors v ON v.id = c.id WHERE v.id IS NULL GROUP BY c.hash ORDER BY min(c.id)",
    )
    .all() as Waiting[];
  const write = writer(db, embedder.model);
  const until = performance.now() + withinMs;
  let embedded = 0;
  let size = FIRST_BATCH;
  while (embedded < waiting.length && performance.now() < until) {
    signal?.throwIfAborted();
    const batch = waiting.slice(embedded, embedded + size);
    const start = performance.now();
    const vectors = await embedder.embed(
      batch.map((passage) => passage.text),
      defined({ signal }),
    );
    write(batch, vectors);
    embedded += batch.length;
    onProgress?.(embedded, waiting.length);
    size = nextSize(size, performance.now() - start);
  }
  const count = (sql: string): number => db.prepare(sql).pluck().get() as number;
  const stored = count('SELECT count(*) FROM vectors');
  return {
    embedded,
    reused: stored - embedded,
    pending: count('SELECT count(*) FROM chunks') - stored,
    ...defined({ replaced }),
  };
}

/** @param took milliseconds of the last batch. */
export function nextSize(size: number, took: number): number {
  const wanted = Math.round((size * BATCH_MS) / Math.max(1, took));
  return Math.max(FIRST_BATCH, Math.min(MOST_BATCH, size * 4, wanted));
}

/** Deletes vectors of another model, which are not comparable. Returns that model's name. */
export function prepareFor(
  db: Db,
  { model, dimensions }: Pick<Embedder, 'model' | 'dimensions'>,
): string | undefined {
  const before = readMeta(db, 'model');
  if (before === model && readMeta(db, 'dimensions') === String(dimensions)) return undefined;
  db.transaction(() => {
    db.exec('DELETE FROM vectors; DELETE FROM codes');
    nextGeneration(db);
    writeMeta(db, 'model', model);
    writeMeta(db, 'dimensions', String(dimensions));
  }).immediate();
  return before;
}

function writer(
  db: Db,
  model: string,
): (batch: readonly Waiting[], vectors: readonly Float32Array[]) => void {
  const ids = db
    .prepare(
      'SELECT c.id FROM chunks c LEFT JOIN vectors v ON v.id = c.id WHERE c.hash = ? AND v.id IS NULL',
    )
    .pluck();
  const insertVector = db.prepare('INSERT INTO vectors VALUES (?, ?)');
  const insertCode = db.prepare('INSERT INTO codes VALUES (?, ?)');
  return db.transaction((batch: readonly Waiting[], vectors: readonly Float32Array[]) => {
    // Another process may index with another model.
    if (readMeta(db, 'model') !== model)
      throw new NocturneError(
        'CONFLICT',
        `another process indexes with another model (${readMeta(db, 'model') ?? 'none'})`,
        { hint: 'run one nocturne knowledge index at a time' },
      );
    for (const [i, { hash }] of batch.entries()) {
      const vector = vectors[i];
      if (vector === undefined) continue;
      for (const id of ids.all(hash) as number[]) {
        insertVector.run(id, bytesOf(vector));
        insertCode.run(id, Buffer.from(binaryCode(vector).buffer));
      }
    }
    nextGeneration(db);
  });
}
