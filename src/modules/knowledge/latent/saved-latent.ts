/** Stores the latent model in the index, bit by bit. */
import { NocturneError } from '../../../kernel/error.js';
import type { Db } from '../store/database.js';
import type { LatentModel } from './latent-model.js';

type About = Pick<LatentModel, 'id' | 'chunks' | 'dimensions'>;

/** Replaces the stored model. Call it in the transaction that deletes the old vectors. */
export function saveLatent(db: Db, model: LatentModel | undefined): void {
  db.transaction(() => {
    db.exec('DELETE FROM latent');
    if (model === undefined) return;
    const put = db.prepare('INSERT INTO latent VALUES (?, ?)');
    const { id, chunks, dimensions } = model;
    put.run('about', Buffer.from(JSON.stringify({ id, chunks, dimensions } satisfies About)));
    // A term has no line break.
    put.run('terms', Buffer.from([...model.rows.keys()].join('\n')));
    put.run('weights', bytesOf(model.weights));
    put.run('vectors', bytesOf(model.vectors));
  })();
}

/** @throws NocturneError `STORAGE` for an incomplete model. */
export function loadLatent(db: Db): LatentModel | undefined {
  const parts = new Map(
    (db.prepare('SELECT part, data FROM latent').raw().all() as [string, Buffer][]).map(
      (row) => row,
    ),
  );
  if (parts.size === 0) return undefined;
  const [about, terms, weights, vectors] = ['about', 'terms', 'weights', 'vectors'].map((part) =>
    parts.get(part),
  );
  if (
    about !== undefined &&
    terms !== undefined &&
    weights !== undefined &&
    vectors !== undefined
  ) {
    const { id, chunks, dimensions } = JSON.parse(about.toString('utf8')) as About;
    const rows = new Map(
      terms
        .toString('utf8')
        .split('\n')
        .map((term, row) => [term, row]),
    );
    const model: LatentModel = {
      id,
      chunks,
      dimensions,
      rows,
      weights: floatsOf(weights),
      vectors: floatsOf(vectors),
    };
    if (model.weights.length === rows.size && model.vectors.length === rows.size * dimensions)
      return model;
  }
  throw new NocturneError('STORAGE', 'the latent model in the knowledge index is incomplete', {
    hint: 'nocturne knowledge index --full learns it again',
  });
}

function bytesOf(numbers: Float32Array): Buffer {
  return Buffer.from(numbers.buffer, numbers.byteOffset, numbers.byteLength);
}

/** Copies, because a Buffer of the database may be unaligned. */
function floatsOf(bytes: Buffer): Float32Array {
  const numbers = new Float32Array(bytes.length >> 2);
  new Uint8Array(numbers.buffer).set(bytes.subarray(0, numbers.byteLength));
  return numbers;
}
