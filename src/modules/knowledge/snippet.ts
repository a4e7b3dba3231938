/** The part of a passage that shows why it was found. */
import { pairs, unspacedRuns } from './search-text.js';
import { isStopWord } from './stop-words.js';

/** `text` is on one line; `marks` are spans of it that the question's words matched. */
export type Snippet = { readonly text: string; readonly marks: readonly (readonly [from: number, to: number])[]; /** 1-based, counted from the passage's first. */ readonly line: number };

const LENGTH = 240;
const SHORTEST_STEM = 3;

/** @param words of the question. The part with the most different words of them, from the beginning of a word on. */
export function snippetOf(text: string, words: readonly string[]): Snippet {
  const wanted = expressionOf(words);
  const hits = wanted === undefined ? [] : [...text.matchAll(wanted)].map((found) => ({ at: found.index, end: found.index + found[0].length, word: found[0].toLowerCase().slice(0, 5) }));
  const start = bestStart(text, hits);
  const end = text.length - start <= LENGTH ? text.length : Math.max(text.lastIndexOf(' ', start + LENGTH), start + LENGTH / 2);
  const shown = `${start > 0 ? '… ' : ''}${text.slice(start, end).replace(/\s+/g, ' ').trim()}${end < text.length ? ' …' : ''}`;
  const marks = wanted === undefined ? [] : [...shown.matchAll(wanted)].map((found) => [found.index, found.index + found[0].length] as const);
  const first = hits.find((hit) => hit.at >= start)?.at ?? start;
  return { text: shown, marks, line: text.slice(0, first).split('\n').length };
}

/** With the marks set into it. */
export function marked({ text, marks }: Pick<Snippet, 'text' | 'marks'>, mark: (part: string) => string): string {
  let at = 0;
  const parts = marks.flatMap(([from, to]) => {
    const before = text.slice(at, from);
    at = to;
    return [before, mark(text.slice(from, to))];
  });
  return [...parts, text.slice(at)].join('');
}

type HitAt = { readonly at: number; readonly end: number; readonly word: string };

function bestStart(text: string, hits: readonly HitAt[]): number {
  let [best, most] = [0, 0];
  for (const [i, { at }] of hits.entries()) {
    const seen = new Set<string>();
    for (let j = i; j < hits.length && (hits[j]?.end ?? 0) <= at + LENGTH - 40; j++) seen.add(hits[j]?.word ?? '');
    if (seen.size > most) [best, most] = [at, seen.size];
  }
  if (best <= 40) return 0;
  const back = Math.max(text.lastIndexOf('\n', best - 1), best - 40);
  const blank = text.slice(back, best).search(/\s\S/);
  return blank === -1 ? best : back + blank + 1;
}

/** Endings do not count: `licences` marks `licence` and `licensing`. Words that nearly every text has are marked only when there are no others. */
function expressionOf(words: readonly string[]): RegExp | undefined {
  const telling = words.filter((word) => !isStopWord(word.toLowerCase()));
  const parts = (telling.length > 0 ? telling : words).filter((word) => word !== '').flatMap((word) => {
    const runs = unspacedRuns(word);
    if (runs.length > 0) return runs.flatMap((run) => [run, ...pairs(run)]).map(escaped);
    const stem = /^[a-z]{5,}$/i.test(word) ? word.replace(/(?:ing|ies|es|ed|s|e|y)$/i, '') : '';
    return [`(?<![\\p{L}\\p{N}])${stem.length >= SHORTEST_STEM ? `${escaped(stem)}[\\p{L}\\p{M}]*` : `${escaped(word)}(?![\\p{L}\\p{N}])`}`];
  });
  return parts.length === 0 ? undefined : new RegExp(parts.join('|'), 'giu');
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
}
