/**
 * Search by meaning: the passages whose vectors are nearest. Exact where that is quick; else the
 * binary codes of the vectors make a first choice, and the vectors decide.
 * Both compare vectors inside SQLite: handing them over takes longer than comparing them.
 */
import { defined } from '../../../kernel/defined.js';
import { type Db, passages, prepared } from '../store/database.js';
import type { Narrowed } from './filters.js';
import { quantisedIndex } from './quantised-index.js';
import type { Ranked } from './fuse.js';
import { bitsFor, distances, binaryCode, smallest } from '../store/binary-code.js';
import { bytesOf } from '../store/vector-bytes.js';

/** Numbers that are compared in about two milliseconds. */
export const EXACT_NUMBERS = 500_000;
/**
 * The first choice: so many for each passage that is wanted when a code has 384 bits, fewer when
 * it has more; and one of so many where very many are there.
 */
const OVERSAMPLING = 8;
const ONE_OF = 60;

export type Nearest = {
  readonly limit: number;
  readonly narrowed: Narrowed;
  /** For measurements: not what the number of passages suggests. */
  readonly how?: 'exact' | 'quantised';
};

export function byMeaning(
  db: Db,
  query: Float32Array,
  { limit, narrowed, how }: Nearest,
): readonly Ranked[] {
  if (query.every((value) => value === 0)) return [];
  const among = narrowed ?? passages(db);
  const exact = how === undefined ? among * query.length <= EXACT_NUMBERS : how === 'exact';
  if (exact)
    return nearestOf(db, query, {
      limit,
      from: narrowed === undefined ? 'vectors v' : 'allowed a CROSS JOIN vectors v ON v.id = a.id',
    });
  return nearestOf(db, query, {
    limit,
    from: 'json_each(?) j CROSS JOIN vectors v ON v.id = j.value',
    ids: firstChoice(db, query, { limit, narrowed }),
  });
}

function firstChoice(db: Db, query: Float32Array, { limit, narrowed }: Nearest): readonly number[] {
  const { ids, rows } = quantisedIndex(db);
  const allowed =
    narrowed === undefined
      ? undefined
      : new Set(prepared(db, 'SELECT id FROM allowed').pluck().all() as number[]);
  const bits = bitsFor(query.length);
  const count = Math.max((limit * OVERSAMPLING * 384) / bits, (narrowed ?? ids.length) / ONE_OF);
  const isWanted = defined({
    isWanted:
      allowed === undefined ? undefined : (row: number): boolean => allowed.has(ids[row] as number),
  });
  return smallest(distances(rows, binaryCode(query)), { count, most: bits, ...isWanted }).map(
    (row) => ids[row] as number,
  );
}

/**
 * All vectors have length 1, so the distance (d) says the cosine (1 - d²/2), and SQLite finds it in
 * less time than that. One plain SELECT, so that it is found once
 * for each passage. A vector of zeros is near to nothing.
 */
function nearestOf(
  db: Db,
  query: Float32Array,
  {
    limit,
    from,
    ids,
  }: { readonly limit: number; readonly from: string; readonly ids?: readonly number[] },
): readonly Ranked[] {
  const sql = `SELECT v.id AS id, vec_distance_L2(v.vector, ?) AS distance FROM ${from} WHERE v.vector <> zeroblob(?) ORDER BY distance, id LIMIT ?`;
  const rows = prepared(db, sql).all(
    ...[
      bytesOf(query),
      ...(ids === undefined ? [] : [JSON.stringify(ids)]),
      query.byteLength,
      limit,
    ],
  ) as readonly { id: number; distance: number }[];
  return rows
    .map(({ id, distance }) => ({ id, score: 1 - distance ** 2 / 2 }))
    .filter((hit) => hit.score > 0);
}
