/**
 * What search does on this index: how long it takes, how often it finds a passage again, and how
 * many of the nearest vectors are among its candidates.
 */
import { type Db, prepared } from '../store/database.js';
import type { Embedder } from '../embedders/embedder.js';
import { byMeaning } from '../ranking/nearest.js';
import { depthFor, search } from '../ranking/search.js';
import { isStopWord } from '../ranking/stop-words.js';
import { bytesOf } from '../store/vector-bytes.js';

export type Measured = {
  readonly questions: number;
  readonly p50: number;
  readonly p95: number;
  readonly found: number;
  readonly first: number;
  /** Of the ten nearest vectors; missing without vectors. */
  readonly recall: number | undefined;
};

const QUESTIONS = 60;
const WORDS = 6;
const HITS = 10;
const FEWEST_WORDS = 8;

/**
 * Each query is every second rare word of a passage, so the passage contains them all: this
 * measures ranking, not understanding.
 */
export async function measureIndex(
  db: Db,
  { root, embedder }: { readonly root: string; readonly embedder: Embedder },
): Promise<Measured> {
  const passages = db
    .prepare('SELECT text, hash FROM chunks GROUP BY hash ORDER BY hash')
    .all() as { text: string; hash: string }[];
  const asked = passages
    .map((passage) => ({ ...passage, question: questionOf(passage.text) }))
    .filter((passage) => passage.question !== '')
    .slice(0, QUESTIONS);
  const [times, places, recalls]: [number[], number[], number[]] = [[], [], []];
  for (const { question, hash } of asked) {
    const [vector] = embedder.kind === 'none' ? [] : await embedder.embed([question]);
    const fixed: Embedder = {
      ...embedder,
      embed: async () => (vector === undefined ? [] : [vector]),
    };
    await search(db, question, { root, embedder: fixed, limit: HITS });
    const start = performance.now();
    const { hits } = await search(db, question, { root, embedder: fixed, limit: HITS });
    times.push(performance.now() - start);
    places.push(hits.findIndex((hit) => hit.passage.hash === hash));
    if (vector !== undefined) recalls.push(recallOf(db, vector));
  }
  times.sort((a, b) => a - b);
  const part = (count: number): number => (asked.length === 0 ? 0 : count / asked.length);
  return {
    questions: asked.length,
    p50: times[Math.floor(times.length / 2)] ?? 0,
    p95: times[Math.floor(times.length * 0.95)] ?? 0,
    found: part(places.filter((place) => place >= 0).length),
    first: part(places.filter((place) => place === 0).length),
    recall:
      recalls.length === 0
        ? undefined
        : recalls.reduce((sum, recall) => sum + recall, 0) / recalls.length,
  };
}

function questionOf(text: string): string {
  const words = (text.match(/\p{L}{3,}/gu) ?? []).filter((word) => !isStopWord(word.toLowerCase()));
  return words.length < FEWEST_WORDS
    ? ''
    : words
        .filter((_, i) => i % 2 === 1)
        .slice(0, WORDS)
        .join(' ');
}

/** How many of the ten nearest vectors a search for ten hits finds. */
export function recallOf(db: Db, query: Float32Array): number {
  const nearest = prepared(
    db,
    'SELECT id FROM vectors WHERE vector <> zeroblob(?) ORDER BY vec_distance_L2(vector, ?), id LIMIT ?',
  )
    .pluck()
    .all(query.byteLength, bytesOf(query), HITS) as number[];
  const found = new Set(
    byMeaning(db, query, { limit: depthFor(HITS), narrowed: undefined })
      .slice(0, HITS)
      .map((hit) => hit.id),
  );
  return nearest.length === 0 ? 1 : nearest.filter((id) => found.has(id)).length / nearest.length;
}
