/** The part of a passage that shows why it was found. */
import { pairs, unspacedRuns } from './search-text.js';
import { isStopWord } from './stop-words.js';

type Mark = readonly [from: number, to: number];
/** `text` is on one line; `marks` are spans of it that the question's words matched. */
export type Snippet = { readonly text: string; readonly marks: readonly Mark[]; /** Of the first match, counted from 0 at the passage's first line. */ readonly line: number };

const LENGTH = 240;
const BEFORE = 40;
/** Further into a passage nobody looks. */
const MOST_CHARACTERS = 20_000;
const WORD = /[A-Za-z0-9\u00aa-\uffff]+/g;

/** What is looked for: whole words, beginnings of words, and characters of scripts without blanks. */
export type Wanted = { readonly words: ReadonlySet<string>; readonly stems: readonly string[]; readonly runs: readonly string[] };

/** Endings do not count: `licences` finds `licence` and `licensing`. Words that nearly every text has count only when there are no others. */
export function wantedOf(words: readonly string[]): Wanted {
  const lower = words.flatMap((word) => word.toLowerCase().match(WORD) ?? []);
  const telling = lower.filter((word) => !isStopWord(word));
  const parts = telling.length > 0 ? telling : lower;
  const runs = parts.flatMap((part) => unspacedRuns(part));
  const spaced = parts.filter((part) => unspacedRuns(part).length === 0);
  return { words: new Set(spaced), stems: spaced.filter((word) => /^[a-z]{5,}$/.test(word)).map((word) => word.replace(/(?:ing|ies|es|ed|s|e|y)$/, '')), runs: [...new Set(runs.flatMap((run) => pairs(run)))] };
}

/** The part with the most different words. */
export function snippetOf(text: string, wanted: Wanted): Snippet {
  const hits = matches(text.slice(0, MOST_CHARACTERS), wanted);
  const start = bestStart(text, hits);
  const end = text.length - start <= LENGTH ? text.length : Math.max(text.lastIndexOf(' ', start + LENGTH), start + LENGTH / 2);
  const shown = `${start > 0 ? '… ' : ''}${text.slice(start, end).replace(/[\s\0]+/g, ' ').trim()}${end < text.length ? ' …' : ''}`;
  const first = hits.find((hit) => hit.from >= start)?.from ?? start;
  let line = 0;
  for (let at = text.indexOf('\n'); at !== -1 && at < first; at = text.indexOf('\n', at + 1)) line += 1;
  return { text: shown, marks: matches(shown, wanted).map(({ from, to }) => [from, to] as const), line };
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

type Match = { readonly from: number; readonly to: number; readonly word: string };

/** In their order, none over another. */
function matches(text: string, { words, stems, runs }: Wanted): readonly Match[] {
  const found: Match[] = [];
  for (const part of text.matchAll(WORD)) {
    const word = part[0].toLowerCase();
    if (words.has(word)) found.push({ from: part.index, to: part.index + word.length, word });
    else {
      const stem = stems.find((one) => word.startsWith(one));
      if (stem !== undefined) found.push({ from: part.index, to: part.index + word.length, word: stem });
    }
  }
  for (const run of runs) for (let at = text.indexOf(run); at !== -1; at = text.indexOf(run, at + run.length)) found.push({ from: at, to: at + run.length, word: run });
  if (runs.length === 0) return found;
  found.sort((a, b) => a.from - b.from || b.to - a.to);
  return found.filter((one, i) => found.slice(Math.max(0, i - 4), i).every((other) => other.to <= one.from));
}

function bestStart(text: string, hits: readonly Match[]): number {
  let [best, most] = [0, 0];
  for (const [i, { from }] of hits.entries()) {
    const seen = new Set<string>();
    for (let j = i; j < hits.length && (hits[j]?.to ?? 0) <= from + LENGTH - BEFORE; j++) seen.add(hits[j]?.word ?? '');
    if (seen.size > most) [best, most] = [from, seen.size];
  }
  if (best <= BEFORE) return 0;
  const back = Math.max(text.lastIndexOf('\n', best - 1), best - BEFORE);
  const blank = text.slice(back, best).search(/\s\S/);
  return blank === -1 ? best : back + blank + 1;
}
