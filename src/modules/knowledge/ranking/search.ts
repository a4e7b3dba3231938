/** Answers a query: ranks by each channel, fuses the ranks, and leaves out stale passages. */
import { type Db, prepared } from '../store/database.js';
import type { Embedder } from '../embedders/embedder.js';
import { narrow } from './filters.js';
import { freshnessOf } from '../store/fresh.js';
import { type Channel, fuse, type Share } from './fuse.js';
import { byNames, rankWords } from './lexical.js';
import { type LowerTexts, lowerTexts } from './lower-texts.js';
import { byMeaning } from './nearest.js';
import { byProximity, type Placed } from './proximity.js';
import { parseQuery, type Query } from './query-syntax.js';
import type { Reranker } from '../embedders/rerank.js';
import { embeddedText } from '../store/store-file.js';
import { type Snippet, snippetOf, wantedOf } from './snippet.js';
import { looksTogether, weightOf } from './weigh.js';

/** Each channel ranks twice as many passages as are shown; fusion does not need more. */
const LEAST_DEPTH = 40;

export function depthFor(hits: number): number {
  return Math.max(LEAST_DEPTH, 2 * hits);
}

export type Hit = {
  readonly path: string;
  /** The first matching line. */
  readonly line: number;
  readonly heading: string;
  readonly score: number;
  readonly snippet: Snippet;
  readonly shares: readonly Share[];
  /** How near the query's words are to one another; 0 if not computed. */
  readonly near: number;
  /** The re-ranker's score. */
  readonly relevance?: number;
  readonly passage: Passage;
};
export type Passage = {
  readonly id: number;
  readonly path: string;
  readonly line: number;
  readonly headings: string;
  readonly text: string;
  readonly hash: string;
};

/**
 * `stale`: files that changed after indexing; `gone`: deleted ones. Their passages are left out.
 */
export type Found = {
  readonly query: Query;
  /** As {@link rankWords} returns it. */
  readonly coverage: number;
  /** Weight of the vectors; words have 1. */
  readonly weight: number;
  readonly hits: readonly Hit[];
  readonly stale: readonly string[];
  readonly gone: readonly string[];
};

export type SearchOptions = {
  readonly root: string;
  readonly embedder: Embedder;
  readonly limit: number;
  /** Which paths the caller may see; all by default. */
  readonly sees?: (path: string) => boolean;
  /** Pages about Nocturne itself: they rank behind the owner's text. */
  readonly isManual?: (path: string) => boolean;
  /** Whether the caller may see this passage of a file. */
  readonly shows?: (passage: Passage) => boolean;
  readonly rerank?: Reranker;
};

/** What a passage of the manual counts compared with the owner's text. */
const MANUAL_WEIGHT = 0.5;

/** @throws NocturneError `BAD_VALUE` for a query without words. */
export async function search(db: Db, question: string, options: SearchOptions): Promise<Found> {
  const query = parseQuery(question);
  const { embedder } = options;
  const [vector = new Float32Array(0)] =
    embedder.kind === 'none' ? [] : await embedder.embed([query.text]);
  // No await from here: the filters are in a table of the connection.
  const ranked = ownersFirst(db, { ...options, query, vector, lower: lowerTexts(db) });
  const { placed, coverage, weight } = ranked;
  const { hits, ...rest } = shown(db, placed, { ...options, query });
  return {
    query,
    coverage,
    weight,
    ...rest,
    hits: (await reranked(query, hits, options.rerank)).slice(0, options.limit),
  };
}

type Asked = SearchOptions & {
  readonly query: Query;
  readonly vector: Float32Array;
  readonly lower: LowerTexts;
};
type RankedPassages = {
  readonly placed: readonly Placed[];
  readonly coverage: number;
  readonly weight: number;
};

/**
 * The manual has a passage about almost every word, which would push the owner's text out of the
 * ranking: if it has one of the first places, the owner's text is ranked by itself as well.
 */
function ownersFirst(db: Db, asked: Asked): RankedPassages {
  const all = rankPassages(db, asked, asked.sees);
  const { isManual, sees } = asked;
  if (isManual === undefined) return all;
  const pathOf = prepared(db, 'SELECT path FROM chunks WHERE id = ?').pluck();
  const fromManual = ({ id }: Placed): boolean => isManual(String(pathOf.get(id)));
  if (!all.placed.slice(0, lookedAt(asked)).some(fromManual)) return all;
  const own = rankPassages(db, asked, (path) => sees?.(path) !== false && !isManual(path));
  const placed = [
    ...own.placed,
    ...all.placed
      .filter(fromManual)
      .map((passage) => ({ ...passage, score: passage.score * MANUAL_WEIGHT })),
  ].sort((a, b) => b.score - a.score || a.id - b.id);
  return { ...all, placed };
}

function rankPassages(
  db: Db,
  { query, vector, lower, ...options }: Asked,
  sees: SearchOptions['sees'],
): RankedPassages {
  const { kind } = options.embedder;
  const narrowed = narrow(db, query.filters, sees);
  const settings = { limit: depthFor(lookedAt(options)), narrowed, lower };
  const words = rankWords(db, query, settings);
  const weight = weightOf(kind, words.coverage);
  const channels: readonly Channel[] = [
    { name: 'words', weight: 1, ranked: words.ranked },
    { name: 'names', weight: 1, ranked: byNames(db, query, settings) },
    {
      name: 'meaning',
      weight,
      ranked: weight === 0 ? [] : byMeaning(db, vector, settings),
    },
  ];
  const fused = fuse(channels);
  const placed = looksTogether(kind)
    ? byProximity(query, fused, (id) => lower(id).text)
    : fused.map((hit) => ({ ...hit, near: 0 }));
  return { placed, coverage: words.coverage, weight };
}

async function reranked(
  query: Query,
  hits: readonly Hit[],
  rerank: Reranker | undefined,
): Promise<readonly Hit[]> {
  if (rerank === undefined) return hits;
  const scores = await rerank.scores(
    query.text,
    hits.map(({ passage }) =>
      embeddedText({
        headings: passage.headings === '' ? [] : [passage.headings],
        text: passage.text,
      }),
    ),
  );
  return hits
    .map((hit, i) => ({ ...hit, relevance: scores[i] ?? Number.NEGATIVE_INFINITY }))
    .sort((a, b) => b.relevance - a.relevance);
}

function lookedAt({ limit, rerank }: SearchOptions): number {
  return rerank === undefined ? limit : Math.max(limit, rerank.depth);
}

/** Drops hidden and stale passages, and duplicates. */
function shown(
  db: Db,
  placed: readonly Placed[],
  options: SearchOptions & { readonly query: Query },
): Pick<Found, 'hits' | 'stale' | 'gone'> {
  const { root, query, shows } = options;
  const freshness = freshnessOf(db, root);
  const passage = prepared(
    db,
    'SELECT id, path, line, headings, text, hash FROM chunks WHERE id = ?',
  );
  const wanted = wantedOf([...query.words, ...query.phrases]);
  const [stale, gone, seen] = [new Set<string>(), new Set<string>(), new Set<string>()];
  const hits: Hit[] = [];
  const enough = lookedAt(options);
  for (const { id, score, shares, near } of placed) {
    if (hits.length >= enough) break;
    const found = passage.get(id) as Passage | undefined;
    if (found === undefined || seen.has(found.hash) || shows?.(found) === false) continue;
    const fresh = freshness(found.path);
    if (fresh !== 'same') {
      (fresh === 'changed' ? stale : gone).add(found.path);
      continue;
    }
    seen.add(found.hash);
    const snippet = snippetOf(found.text, wanted);
    hits.push({
      path: found.path,
      line: found.line + snippet.line,
      heading: found.headings,
      score,
      snippet,
      shares,
      near,
      passage: found,
    });
  }
  return { hits, stale: [...stale].sort(), gone: [...gone].sort() };
}
