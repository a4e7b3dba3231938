/** Search by words: BM25 over the passages that have the rarest words of the question, and the names in it as they are written. */
import { type Db, prepared, readMeta } from './database.js';
import type { Narrowed } from './filters.js';
import type { Query } from './query-syntax.js';
import { namesIn, spacedText, unspacedRuns, wordText } from './search-text.js';
import { isStopWord } from './stop-words.js';

/** Best first. */
export type Ranked = { readonly id: number; readonly score: number };

/** A word in the headings says more than one in the text, one in the path a little more. */
const WEIGHTS = '4.0, 1.0, 2.0';
/** Passages that are scored for one question: scoring takes two microseconds each, and words that most passages have tell none from another. */
const MOST_SCORED = 1000;

/** By the question's words, those of its phrases in this order and side by side. */
export function byWords(db: Db, query: Query, { limit, narrowed }: { readonly limit: number; readonly narrowed: Narrowed }): readonly Ranked[] {
  const phrases = query.phrases.map(quoted).filter((phrase) => phrase !== '""');
  const terms = chosenTerms(db, query);
  const either = terms.length === 0 ? [] : [`(${terms.join(' OR ')})`];
  // A phrase is wanted, words beside it only count.
  const expressions = phrases.length === 0 ? either : [[...phrases, ...either].join(' AND '), phrases.join(' AND ')];
  const found = new Map<number, Ranked>();
  for (const expression of expressions) {
    if (found.size >= limit) break;
    for (const one of matching(db, expression, { limit, narrowed })) if (!found.has(one.id)) found.set(one.id, one);
  }
  return [...found.values()].slice(0, limit);
}

/** By the names in the question (`better-sqlite3`, `PA-003`, `docs/GUARD.md`, `readFile`) as phrases; where no passage has one of them, by parts of names. */
export function byNames(db: Db, query: Query, { limit, narrowed }: { readonly limit: number; readonly narrowed: Narrowed }): readonly Ranked[] {
  const names = [...new Set(namesIn(query.text))];
  if (names.length === 0) return [];
  const whole = names.map(quoted).filter((phrase) => phrase !== '""').join(' OR ');
  const found = whole === '' ? [] : matching(db, whole, { limit, narrowed });
  return found.length > 0 ? found : byParts(db, names, { limit, narrowed });
}

/** By parts of names: `sqlite` finds `better-sqlite3`. */
export function byParts(db: Db, names: readonly string[], { limit, narrowed }: { readonly limit: number; readonly narrowed: Narrowed }): readonly Ranked[] {
  const parts = names.map((name) => [...name.normalize('NFKC')]).filter((name) => name.length >= 3);
  if (parts.length === 0) return [];
  const expression = parts.map((name) => `(${name.slice(2).map((character, i) => `"${`${name[i] ?? ''}${name[i + 1] ?? ''}${character}`.replaceAll('"', '""')}"`).join(' AND ')})`).join(' OR ');
  const ids = prepared(db, `SELECT rowid FROM grams WHERE grams MATCH ?${narrowing(narrowed)} ORDER BY rowid DESC LIMIT ?`).pluck().all(expression, limit) as number[];
  return ids.map((id) => ({ id, score: 1 }));
}

function matching(db: Db, expression: string, { limit, narrowed }: { readonly limit: number; readonly narrowed: Narrowed }): readonly Ranked[] {
  // The newest are scored where more match; the inner LIMIT keeps a common word from costing a scan of everything.
  return prepared(db, `SELECT id, -score AS score FROM (SELECT rowid AS id, bm25(words, ${WEIGHTS}) AS score FROM words WHERE words MATCH ?${narrowing(narrowed)} ORDER BY rowid DESC LIMIT ${MOST_SCORED * 2}) ORDER BY score DESC, id LIMIT ?`).all(expression, limit) as Ranked[];
}

/** The unary plus keeps SQLite from looking the words up anew for each passage. */
function narrowing(narrowed: Narrowed): string {
  return narrowed === undefined ? '' : ' AND +rowid IN (SELECT id FROM allowed)';
}

/** The rarest words of the question, as many as can be scored in time; at least one. */
function chosenTerms(db: Db, query: Query): readonly string[] {
  const all = [...new Set([...query.words, ...query.phrases].flatMap(termsIn))];
  const telling = all.filter((term) => !isStopWord(term));
  const counted = (telling.length > 0 ? telling : all).map(quoted).map((term) => ({ term, count: countOf(db, term) })).filter((one) => one.count > 0).sort((a, b) => a.count - b.count);
  let sum = 0;
  return counted.filter(({ count }, i) => (sum += count) <= MOST_SCORED || i === 0).map((one) => one.term);
}

const common = new WeakMap<Db, { readonly generation: string; readonly terms: Set<string> }>();

/** At most `MOST_SCORED`. Words that have more are asked for again and again, and remembered until something changes. */
function countOf(db: Db, term: string): number {
  const generation = readMeta(db, 'generation') ?? '';
  const known = common.get(db);
  const terms = known?.generation === generation ? known.terms : new Set<string>();
  if (terms !== known?.terms) common.set(db, { generation, terms });
  if (terms.has(term)) return MOST_SCORED;
  const { count } = prepared(db, `SELECT count(*) AS count FROM (SELECT 1 FROM words WHERE words MATCH ? LIMIT ${MOST_SCORED})`).get(term) as { count: number };
  if (count === MOST_SCORED) terms.add(term);
  return count;
}

/** A single character of a script without blanks stands for every pair that begins with it. */
function termsIn(word: string): readonly string[] {
  const runs = unspacedRuns(word);
  const lone = runs.filter((run) => [...run].length === 1).map((run) => `${run}*`);
  const rest = wordText(word).match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
  return [...lone, ...rest.filter((part) => !runs.includes(part) || [...part].length > 1)].map((part) => part.toLowerCase());
}

function quoted(text: string): string {
  const inside = spacedText(text.replace(/\*$/, '')).replaceAll('"', ' ').replaceAll('\0', ' ').trim();
  return `"${inside}"${text.endsWith('*') ? '*' : ''}`;
}
