/** Words in too many passages to score them all: they add to passages that other words found. */
import { stemmer } from 'stemmer';
import { type Db, ofGeneration, passages, prepared } from '../store/database.js';
import type { Ranked } from './fuse.js';
import type { LowerTexts } from './lower-texts.js';

/** A higher count makes no difference. */
const MOST_COUNTED = 20_000;
/** As in SQLite's bm25(): the saturation of repeated words, and the weight of a heading. */
const SATURATION = 1.2;
const HEADING = 4;
/** Below this, more than a third of the passages have the word. */
const LEAST = 0.7;

export type Common = { readonly term: string; readonly count: number };

/** Counts the passages of a term. Caches counts from `common` on, because such words recur. */
export function counter(db: Db, common: number): (expression: string) => number {
  const counts = ofGeneration(db, 'counts of words', () => new Map<string, number>());
  const upTo = (expression: string, limit: number): number =>
    prepared(db, 'SELECT count(*) FROM (SELECT 1 FROM words WHERE words MATCH ? LIMIT ?)')
      .pluck()
      .get(expression, limit) as number;
  return (expression) => {
    const before = counts.get(expression);
    if (before !== undefined) return before;
    const count = upTo(expression, common);
    if (count < common) return count;
    const all = upTo(expression, MOST_COUNTED);
    counts.set(expression, all);
    return all;
  };
}

/** The most that a word in `count` passages can add. */
export function bestScore(db: Db, count: number): number {
  return Math.max(0, rarity(passages(db), count)) * (SATURATION + 1);
}

/** The weight of a word by its number of passages (Robertson, Spärck Jones 1976). */
function rarity(total: number, count: number): number {
  return Math.log((total - count + 0.5) / (count + 0.5));
}

/** Adds the scores of common words. Best first. */
export function withCommon(
  db: Db,
  ranked: readonly Ranked[],
  { words, lower }: { readonly words: readonly Common[]; readonly lower: LowerTexts },
): readonly Ranked[] {
  const total = passages(db);
  const wanted = words
    .map(({ term, count }) => ({ beginning: beginningOf(term), weight: rarity(total, count) }))
    .filter((word) => word.weight > LEAST);
  if (wanted.length === 0) return ranked;
  const scored = ranked.map(({ id, score }) => {
    const { headings: head, text: body } = lower(id);
    const added = wanted.map(({ beginning, weight }) => {
      const often = HEADING * occurrences(head, beginning) + occurrences(body, beginning);
      return (weight * often * (SATURATION + 1)) / (often + SATURATION);
    });
    return { id, score: added.reduce((sum, value) => sum + value, score) };
  });
  return scored.sort((a, b) => b.score - a.score || a.id - b.id);
}

/** The common prefix of a word's forms; the last letter of a stem may differ. */
function beginningOf(term: string): string {
  const stem = stemmer(term);
  return term.startsWith(stem) ? stem : stem.slice(0, -1);
}

function occurrences(text: string, beginning: string): number {
  let count = 0;
  for (
    let position = text.indexOf(beginning);
    position !== -1 && count < 20;
    position = text.indexOf(beginning, position + beginning.length)
  )
    if (!isLetter(text.charCodeAt(position - 1))) count += 1;
  return count;
}

function isLetter(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 48 && code <= 57) || code >= 0xaa;
}
