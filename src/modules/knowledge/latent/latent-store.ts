/** The latent model of an index, which is learned again when too many passages are new. */
import { defined } from '../../../kernel/defined.js';
import type { Db } from '../store/database.js';
import type { Embedder } from '../embedders/embedder.js';
import { latentEmbedder } from './latent-embedder.js';
import { learnLatent } from './learn-latent.js';
import { loadLatent, saveLatent } from './saved-latent.js';

/** The model is learned again if a larger part of the passages is new. */
const MOST_NEW = 1 / 3;

export type LatentOptions = {
  readonly mayLearn: boolean;
  readonly onLearn?: (passages: number) => void;
  readonly signal?: AbortSignal;
};

/** `undefined` if there are too few passages, or no model was learned yet. */
export async function latentOf(
  db: Db,
  { mayLearn, onLearn, signal }: LatentOptions,
): Promise<Embedder | undefined> {
  const kept = loadLatent(db);
  if (!mayLearn || (kept !== undefined && newPart(db) <= MOST_NEW))
    return kept === undefined ? undefined : latentEmbedder(kept);
  const passages = db
    .prepare(
      "SELECT CASE headings WHEN '' THEN text ELSE headings || char(10) || text END AS text, hash FROM chunks ORDER BY path, ord",
    )
    .all() as { text: string; hash: string }[];
  onLearn?.(passages.length);
  const model = await learnLatent(
    passages.map((passage) => passage.text),
    defined({ signal }),
  );
  db.transaction(() => {
    saveLatent(db, model);
    if (model !== undefined)
      db.prepare("INSERT INTO latent VALUES ('learned', ?)").run(
        Buffer.from(BigUint64Array.from(passages, (passage) => beginning(passage.hash)).buffer),
      );
  }).immediate();
  return model === undefined ? undefined : latentEmbedder(model);
}

/** The part of the passages that is new, by prefixes of hashes. */
export function newPart(db: Db): number {
  const learned = db.prepare("SELECT data FROM latent WHERE part = 'learned'").pluck().get() as
    | Buffer
    | undefined;
  const seen = new Set(
    learned === undefined ? [] : new BigUint64Array(new Uint8Array(learned).buffer),
  );
  const hashes = db.prepare('SELECT hash FROM chunks').pluck().all() as string[];
  return hashes.length === 0
    ? 0
    : hashes.filter((hash) => !seen.has(beginning(hash))).length / hashes.length;
}

function beginning(hash: string): bigint {
  return BigInt(`0x${hash.slice(0, 16)}`);
}
