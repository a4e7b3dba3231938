/** Search by meaning: the passages whose vectors are nearest. Exact where that is quick; else the signs of the vectors make a first choice, and the vectors decide. */
import type { Db } from './database.js';
import { dot } from './embedder.js';
import type { Narrowed } from './filters.js';
import type { Ranked } from './lexical.js';
import { signBits, vectorOf } from './sign-bits.js';

/** Numbers that are multiplied in about two milliseconds, read from the file included. */
const EXACT_NUMBERS = 400_000;
/** The first choice: this many for each passage that is wanted, and the least and the most of it. */
const OVERSAMPLING = 10;
const [FEWEST, MOST] = [400, 4000];

export type Nearest = { readonly limit: number; readonly narrowed: Narrowed; /** For measurements: not what the number of passages suggests. */ readonly how?: 'exact' | 'quantised' };

export function byMeaning(db: Db, query: Float32Array, { limit, narrowed, how }: Nearest): readonly Ranked[] {
  if (query.every((value) => value === 0)) return [];
  const among = narrowed ?? (db.prepare('SELECT count(*) FROM vectors').pluck().get() as number);
  const exact = how === undefined ? among * query.length <= EXACT_NUMBERS : how === 'exact';
  return exact ? nearestOf(db, query, { limit, from: narrowed === undefined ? 'SELECT id, vector FROM vectors' : 'SELECT v.id AS id, v.vector AS vector FROM allowed a JOIN vectors v ON v.id = a.id' }) : quantised(db, query, { limit, narrowed });
}

function quantised(db: Db, query: Float32Array, { limit, narrowed }: Nearest): readonly Ranked[] {
  const k = Math.min(Math.max(limit * OVERSAMPLING, FEWEST), MOST);
  const ids = db.prepare(`SELECT rowid FROM bits WHERE vector MATCH vec_bit(?) AND k = ?${narrowed === undefined ? '' : ' AND rowid IN (SELECT id FROM allowed)'}`).pluck().all(signBits(query), k) as number[];
  return nearestOf(db, query, { limit, from: 'SELECT v.id AS id, v.vector AS vector FROM json_each(?) j JOIN vectors v ON v.id = j.value', ids });
}

function nearestOf(db: Db, query: Float32Array, { limit, from, ids }: { readonly limit: number; readonly from: string; readonly ids?: readonly number[] }): readonly Ranked[] {
  const rows = db.prepare(from).raw().iterate(...(ids === undefined ? [] : [JSON.stringify(ids)])) as IterableIterator<[number, Buffer]>;
  const ranked: Ranked[] = [];
  for (const [id, bytes] of rows) {
    const score = dot(query, vectorOf(bytes));
    if (score > 0) ranked.push({ id, score });
  }
  return ranked.sort((a, b) => b.score - a.score || a.id - b.id).slice(0, limit);
}
