/** The model that was learnt from the workspace's own passages: kept in the index, learnt anew when too much is new. */
import { sha256 } from '../../kernel/hash.js';
import type { Db } from './database.js';
import type { Embedder, EmbedOptions } from './embedder.js';
import { type LatentModel, latentVector, learn } from './latent-model.js';
import { bytesOf, vectorOf } from './sign-bits.js';

/** A larger part of the passages than this is new: the model knows too little of what it stands for. */
const MOST_NEW = 1 / 3;

/** `undefined` where there are too few passages to learn from. @param wait called between steps; throws to stop. */
export function latentOf(db: Db, options: { readonly mayLearn: boolean; readonly onLearn?: (chunks: number) => void; readonly wait?: () => void }): Embedder | undefined {
  const kept = readModel(db);
  if (kept !== undefined && (!options.mayLearn || !isOutgrown(db))) return embedderOf(kept);
  if (!options.mayLearn) return undefined;
  const passages = db.prepare("SELECT CASE headings WHEN '' THEN text ELSE headings || char(10) || text END AS text, hash FROM chunks ORDER BY path, ord").all() as { text: string; hash: string }[];
  options.onLearn?.(passages.length);
  const model = learn(passages.map((one) => one.text), options.wait);
  if (model === undefined) return undefined;
  return embedderOf({ ...model, name: writeModel(db, model, passages.map((one) => one.hash)) });
}

type Named = LatentModel & { readonly name: string };

/** Compared by the beginnings of hashes, which is what is kept of what it was learnt from. */
function isOutgrown(db: Db): boolean {
  const learnt = db.prepare("SELECT data FROM latent WHERE part = 'learnt'").pluck().get() as Buffer | undefined;
  const known = new Set(learnt === undefined ? [] : new BigUint64Array(new Uint8Array(learnt).buffer));
  const hashes = db.prepare('SELECT hash FROM chunks').pluck().all() as string[];
  return hashes.filter((hash) => !known.has(beginning(hash))).length > hashes.length * MOST_NEW;
}

function beginning(hash: string): bigint {
  return BigInt(`0x${hash.slice(0, 16)}`);
}

function embedderOf(model: Named): Embedder {
  return {
    kind: 'latent',
    model: model.name,
    dimensions: model.dimensions,
    async embed(texts, { signal, onProgress }: EmbedOptions = {}) {
      return texts.map((text, done) => {
        signal?.throwIfAborted();
        onProgress?.(done + 1);
        return latentVector(model, text);
      });
    },
    close: async () => undefined,
  };
}

/** Returns its name: the same passages give the same one. */
function writeModel(db: Db, { rows, weights, vectors, dimensions }: LatentModel, hashes: readonly string[]): string {
  const name = `latent-${dimensions}-${sha256(bytesOf(vectors)).slice(0, 12)}`;
  const put = db.prepare('INSERT INTO latent VALUES (?, ?)');
  db.transaction(() => {
    db.exec('DELETE FROM latent');
    put.run('terms', Buffer.from([...rows.keys()].join('\n'), 'utf8'));
    put.run('weights', bytesOf(weights));
    put.run('vectors', bytesOf(vectors));
    put.run('dimensions', Buffer.from(String(dimensions)));
    put.run('learnt', Buffer.from(BigUint64Array.from(hashes, beginning).buffer));
    put.run('name', Buffer.from(name));
  }).immediate();
  return name;
}

function readModel(db: Db): Named | undefined {
  const parts = new Map((db.prepare("SELECT part, data FROM latent WHERE part <> 'learnt'").all() as { part: string; data: Buffer }[]).map((row) => [row.part, row.data]));
  const [terms, weights, vectors, name] = ['terms', 'weights', 'vectors', 'name'].map((part) => parts.get(part));
  if (terms === undefined || weights === undefined || vectors === undefined || name === undefined) return undefined;
  return { id: name.toString(), name: name.toString(), rows: new Map(terms.toString('utf8').split('\n').map((term, row) => [term, row])), weights: vectorOf(weights), vectors: vectorOf(vectors), dimensions: Number(parts.get('dimensions')?.toString() ?? 0) };
}
