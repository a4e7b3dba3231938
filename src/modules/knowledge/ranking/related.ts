/** Finds related files: by the mean of a file's vectors, and by its most frequent words. */
import type { Db } from '../store/database.js';
import { normalise } from '../embedders/embedder.js';
import { narrow } from './filters.js';
import { type Channel, fuse, type Share } from './fuse.js';
import { byWords } from './lexical.js';
import { byMeaning } from './nearest.js';
import type { Passage } from './search.js';
import { vectorOf } from '../store/vector-bytes.js';
import { isStopWord } from './stop-words.js';

export type Related = {
  readonly path: string;
  readonly score: number;
  readonly shares: readonly Share[];
  /** Its nearest passage. */
  readonly passage: Passage;
};
export type RelatedOptions = {
  readonly limit: number;
  readonly weight: number;
  readonly sees?: (path: string) => boolean;
  readonly shows?: (passage: Passage) => boolean;
  readonly isFresh?: (path: string) => boolean;
};

const DEPTH = 200;
const WORDS = 24;

export function relatedTo(
  db: Db,
  path: string,
  { limit, weight, sees = () => true, shows, isFresh }: RelatedOptions,
): readonly Related[] {
  const own = db
    .prepare(
      'SELECT c.headings AS headings, c.text AS text, v.vector AS vector FROM chunks c LEFT JOIN vectors v ON v.id = c.id WHERE c.path = ? ORDER BY c.ord',
    )
    .all(path) as { headings: string; text: string; vector: Buffer | null }[];
  const narrowed = narrow(db, {}, (candidate) => candidate !== path && sees(candidate));
  const settings = { limit: DEPTH, narrowed };
  const words = tellingWords(own.map((chunk) => `${chunk.headings} ${chunk.text}`).join('\n'));
  const middle = meanOf(
    own.flatMap((chunk) => (chunk.vector === null ? [] : [vectorOf(chunk.vector)])),
  );
  const channels: readonly Channel[] = [
    {
      name: 'words',
      weight: 1,
      ranked:
        words.length === 0
          ? []
          : byWords(db, { text: words.join(' '), words, phrases: [], filters: {} }, settings),
    },
    {
      name: 'meaning',
      weight,
      ranked: middle === undefined ? [] : byMeaning(db, middle, settings),
    },
  ];
  const passage = db.prepare(
    'SELECT id, path, line, headings, text, hash FROM chunks WHERE id = ?',
  );
  const files = new Map<string, Related>();
  for (const { id, score, shares } of fuse(channels)) {
    const found = passage.get(id) as Passage;
    if (files.size >= limit && !files.has(found.path)) break;
    if (files.has(found.path) || shows?.(found) === false || isFresh?.(found.path) === false)
      continue;
    files.set(found.path, { path: found.path, score, shares, passage: found });
  }
  return [...files.values()];
}

function meanOf(vectors: readonly Float32Array[]): Float32Array | undefined {
  const [first] = vectors;
  if (first === undefined) return undefined;
  const sum = new Float32Array(first.length);
  for (const vector of vectors)
    for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] ?? 0) + (vector[i] ?? 0);
  return normalise(sum);
}

/** The most frequent words; the search decides which of them are rare elsewhere. */
function tellingWords(text: string): readonly string[] {
  const counts = new Map<string, number>();
  for (const [word] of text.toLowerCase().matchAll(/[\p{L}][\p{L}\p{M}\p{N}]{2,39}/gu))
    if (!isStopWord(word)) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts]
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    .slice(0, WORDS)
    .map(([word]) => word);
}
