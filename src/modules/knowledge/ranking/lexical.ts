/** Search by words: BM25 over passages with the rarest words of the query, and exact names. */
import { bestScore, type Common, counter, withCommon } from './common-words.js';
import { type Db, prepared } from '../store/database.js';
import type { Narrowed } from './filters.js';
import type { Ranked } from './fuse.js';
import type { Query } from './query-syntax.js';
import { type LowerTexts, lowerTexts } from './lower-texts.js';
import { namesIn, spacedText, unspacedRuns, wordText } from '../store/search-text.js';
import { isStopWord } from './stop-words.js';

type Scope = {
  readonly limit: number;
  readonly narrowed: Narrowed;
  /** Shared by the steps of a search. */
  readonly lower?: LowerTexts;
};

/** Weights of headings, text and path. */
const WEIGHTS = '4.0, 1.0, 2.0';
/**
 * Scoring a passage takes two microseconds. Words in more passages than this are only looked for in
 * what rarer words found.
 */
const MOST_SCORED = 600;
/** Additional candidates, because common words may change the order. */
const SPARE = 20;

export function byWords(db: Db, query: Query, scope: Scope): readonly Ranked[] {
  return rankWords(db, query, scope).ranked;
}

/** `coverage`: the best score, as a part of the score that the query's words allow. */
export function rankWords(
  db: Db,
  query: Query,
  { limit, narrowed, lower = lowerTexts(db) }: Scope,
): { readonly ranked: readonly Ranked[]; readonly coverage: number } {
  const phrases = query.phrases.map(quoted).filter((phrase) => phrase !== '""');
  const { telling, common, most } = termsOf(db, query, narrowed);
  // Phrases are required, other words only add. Common words find passages only if nothing else
  // does.
  const asked: readonly Expression[] =
    phrases.length === 0
      ? [...either(telling), ...either(common)]
      : [[...phrases, ...either(telling).map((group) => group.match)], phrases].map((parts) => ({
          match: parts.join(' AND '),
          few: false,
        }));
  const found = new Map<number, Ranked>();
  for (const expression of asked) {
    if (found.size >= limit) break;
    for (const hit of matching(db, expression, {
      limit: common.length > 0 ? limit + SPARE : limit,
      narrowed,
    }))
      if (!found.has(hit.id)) found.set(hit.id, hit);
  }
  const ranked = (
    common.length > 0
      ? withCommon(db, [...found.values()], { words: common, lower })
      : [...found.values()]
  ).slice(0, limit);
  return {
    ranked,
    coverage: most === 0 ? 0 : Math.max(0, ...ranked.map((hit) => hit.score)) / most,
  };
}

/** `few`: all matches can be scored. */
type Expression = { readonly match: string; readonly few: boolean };

function either(terms: readonly Common[]): readonly Expression[] {
  if (terms.length === 0) return [];
  return [
    {
      match: `(${terms.map((term) => quoted(term.term)).join(' OR ')})`,
      few: terms.reduce((sum, term) => sum + term.count, 0) <= MOST_SCORED,
    },
  ];
}

/**
 * By the exact names in the query (`better-sqlite3`, `PA-003`, `docs/GUARD.md`, `readFile`); if
 * there are no matches, by parts of names.
 */
export function byNames(db: Db, query: Query, { limit, narrowed }: Scope): readonly Ranked[] {
  const names = [...new Set(namesIn(query.text))];
  if (names.length === 0) return [];
  const whole = names
    .map(quoted)
    .filter((phrase) => phrase !== '""')
    .join(' OR ');
  const found = whole === '' ? [] : matching(db, { match: whole, few: false }, { limit, narrowed });
  return found.length > 0 ? found : byParts(db, names, { limit, narrowed });
}

/** By parts of names: `sqlite` finds `better-sqlite3`. */
export function byParts(
  db: Db,
  names: readonly string[],
  { limit, narrowed }: Scope,
): readonly Ranked[] {
  const parts = names.map((name) => [...name.normalize('NFKC')]).filter((name) => name.length >= 3);
  if (parts.length === 0) return [];
  const expression = parts
    .map(
      (name) =>
        `(${name
          .slice(2)
          .map(
            (character, i) =>
              `"${`${name[i] ?? ''}${name[i + 1] ?? ''}${character}`.replaceAll('"', '""')}"`,
          )
          .join(' AND ')})`,
    )
    .join(' OR ');
  const ids = prepared(
    db,
    `SELECT rowid FROM grams WHERE grams MATCH ?${narrowing(narrowed)} ORDER BY rowid DESC LIMIT ?`,
  )
    .pluck()
    .all(expression, limit) as number[];
  return ids.map((id) => ({ id, score: 1 }));
}

function matching(
  db: Db,
  { match, few }: Expression,
  { limit, narrowed }: Scope,
): readonly Ranked[] {
  // The inner LIMIT bounds the cost of a common word; the newest passages are scored. The order of
  // the index is faster if few match.
  const newest = few ? '' : ' ORDER BY rowid DESC';
  return prepared(
    db,
    `SELECT id, -score AS score FROM (SELECT rowid AS id, bm25(words, ${WEIGHTS}) AS score FROM words WHERE words MATCH ?${narrowing(narrowed)}${newest} LIMIT ${MOST_SCORED * 2}) ORDER BY score DESC, id LIMIT ?`,
  ).all(match, limit) as Ranked[];
}

/** The unary plus keeps SQLite from looking the words up again for each passage. */
function narrowing(narrowed: Narrowed): string {
  return narrowed === undefined ? '' : ' AND +rowid IN (SELECT id FROM allowed)';
}

/**
 * `telling`: the rarest words, as many as can be scored, but at least one. `common`: the others.
 * `most`: the highest possible score.
 */
function termsOf(
  db: Db,
  query: Query,
  narrowed: Narrowed,
): {
  readonly telling: readonly Common[];
  readonly common: readonly Common[];
  readonly most: number;
} {
  const all = [...new Set([...query.words, ...query.phrases].flatMap(termsIn))];
  const asked = all.filter((term) => !isStopWord(term));
  const countOf = counter(db, MOST_SCORED);
  const counts = (asked.length > 0 ? asked : all).map((term) => ({
    term,
    count: countOf(quoted(term)),
  }));
  const most = counts.reduce((sum, { count }) => sum + bestScore(db, count), 0);
  const counted = counts.filter((count) => count.count > 0).sort((a, b) => a.count - b.count);
  if (narrowed !== undefined && narrowed <= MOST_SCORED)
    return { telling: counted, common: [], most };
  let sum = 0;
  const fits = counted.filter(({ count }, i) => (sum += count) <= MOST_SCORED || i === 0).length;
  return { telling: counted.slice(0, fits), common: counted.slice(fits), most };
}

/** A single character of a script without spaces matches every pair that begins with it. */
function termsIn(word: string): readonly string[] {
  const runs = unspacedRuns(word);
  const lone = runs.filter((run) => [...run].length === 1).map((run) => `${run}*`);
  const rest = wordText(word).match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
  return [...lone, ...rest.filter((part) => !runs.includes(part) || [...part].length > 1)].map(
    (part) => part.toLowerCase(),
  );
}

function quoted(text: string): string {
  const inside = spacedText(text.replace(/\*$/, ''))
    .replaceAll('"', ' ')
    .replaceAll('\0', ' ')
    .trim();
  return `"${inside}"${text.endsWith('*') ? '*' : ''}`;
}
