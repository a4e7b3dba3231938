/**
 * Search by meaning: the quantised index names candidates, and SQLite compares their vectors.
 */
import { defined } from '../../../kernel/defined.js';
import { type Db, prepared } from '../store/database.js';
import type { Narrowed } from './filters.js';
import { quantisedIndex } from './quantised-index.js';
import type { Ranked } from './fuse.js';
import { bitsFor, distances, binaryCode, smallest } from '../store/binary-code.js';
import { bytesOf } from '../store/vector-bytes.js';

/**
 * Candidates that are compared exactly: at least this many, and one of so many in a large index.
 * Measured in docs/DECISIONS.md.
 */
const FEWEST_CANDIDATES = 800;
const ONE_OF = 60;

/**
 * All vectors have length 1, so the distance d gives the cosine, 1 - d²/2, and SQLite computes it
 * faster than the cosine itself. The plain SELECT makes SQLite compute it once for each passage. A
 * vector of zeros is near to nothing.
 */
export function byMeaning(
  db: Db,
  query: Float32Array,
  { limit, narrowed }: { readonly limit: number; readonly narrowed: Narrowed },
): readonly Ranked[] {
  if (query.every((value) => value === 0)) return [];
  const rows = prepared(
    db,
    'SELECT v.id AS id, vec_distance_L2(v.vector, ?) AS distance FROM json_each(?) j CROSS JOIN vectors v ON v.id = j.value WHERE v.vector <> zeroblob(?) ORDER BY distance, id LIMIT ?',
  ).all(
    bytesOf(query),
    JSON.stringify(candidateIds(db, query, narrowed)),
    query.byteLength,
    limit,
  ) as readonly { id: number; distance: number }[];
  return rows
    .map(({ id, distance }) => ({ id, score: 1 - distance ** 2 / 2 }))
    .filter((hit) => hit.score > 0);
}

function candidateIds(db: Db, query: Float32Array, narrowed: Narrowed): readonly number[] {
  const { ids, rows } = quantisedIndex(db);
  const allowed =
    narrowed === undefined
      ? undefined
      : new Set(prepared(db, 'SELECT id FROM allowed').pluck().all() as number[]);
  return smallest(distances(rows, binaryCode(query)), {
    count: Math.max(FEWEST_CANDIDATES, (narrowed ?? ids.length) / ONE_OF),
    most: bitsFor(query.length),
    ...defined({
      isWanted:
        allowed === undefined ? undefined : (row: number) => allowed.has(ids[row] as number),
    }),
  }).map((row) => ids[row] as number);
}
