/**
 * Search by meaning: the passages whose vectors are nearest. Exact where that is quick; else the signs of the vectors make a first choice, and the vectors decide.
 * Both compare vectors inside SQLite: handing them over takes longer than comparing them.
 */
import { type Db, prepared } from './database.js';
import type { Narrowed } from './filters.js';
import { heldSigns } from './held-signs.js';
import type { Ranked } from './lexical.js';
import { bitsFor, distances, signsOf, smallest } from './signs.js';
import { bytesOf } from './vector-bytes.js';

/** Numbers that are compared in about two milliseconds. */
export const EXACT_NUMBERS = 500_000;
/** The first choice: so many for each passage that is wanted when there are 384 signs, fewer when there are more; and one of so many where very many are there. */
const OVERSAMPLING = 8;
const ONE_OF = 60;

export type Nearest = { readonly limit: number; readonly narrowed: Narrowed; /** For measurements: not what the number of passages suggests. */ readonly how?: 'exact' | 'quantised' };

export function byMeaning(db: Db, query: Float32Array, { limit, narrowed, how }: Nearest): readonly Ranked[] {
  if (query.every((value) => value === 0)) return [];
  const among = narrowed ?? (prepared(db, 'SELECT count(*) FROM signs').pluck().get() as number);
  const exact = how === undefined ? among * query.length <= EXACT_NUMBERS : how === 'exact';
  if (exact) return nearestOf(db, query, { limit, from: narrowed === undefined ? 'vectors v' : 'allowed a CROSS JOIN vectors v ON v.id = a.id' });
  return nearestOf(db, query, { limit, from: 'json_each(?) j CROSS JOIN vectors v ON v.id = j.value', ids: firstChoice(db, query, { limit, narrowed }) });
}

function firstChoice(db: Db, query: Float32Array, { limit, narrowed }: Nearest): readonly number[] {
  const { ids, rows } = heldSigns(db);
  const allowed = narrowed === undefined ? undefined : new Set(prepared(db, 'SELECT id FROM allowed').pluck().all() as number[]);
  const count = Math.max((limit * OVERSAMPLING * 384) / bitsFor(query.length), (narrowed ?? ids.length) / ONE_OF);
  return smallest(distances(rows, signsOf(query)), count, allowed === undefined ? undefined : (row) => allowed.has(ids[row] as number)).map((row) => ids[row] as number);
}

/** A vector of zeros has no distance, and is near to nothing. */
function nearestOf(db: Db, query: Float32Array, { limit, from, ids }: { readonly limit: number; readonly from: string; readonly ids?: readonly number[] }): readonly Ranked[] {
  const sql = `SELECT id, 1 - distance AS score FROM (SELECT v.id AS id, vec_distance_cosine(v.vector, ?) AS distance FROM ${from}) WHERE distance < 1 ORDER BY distance, id LIMIT ?`;
  return prepared(db, sql).all(...[bytesOf(query), ...(ids === undefined ? [] : [JSON.stringify(ids)]), limit]) as Ranked[];
}
