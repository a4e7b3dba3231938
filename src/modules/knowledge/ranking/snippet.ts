/** The part of a passage with the query's words. */
import { pairs, unspacedRuns } from '../store/search-text.js';
import { isStopWord } from './stop-words.js';

type Mark = readonly [from: number, to: number];
/** `text` is on one line; `marks` are its spans that match the query. */
export type Snippet = {
  readonly text: string;
  readonly marks: readonly Mark[];
  /** Of the first match, from 0 at the passage's first line. */
  readonly line: number;
};

const LENGTH = 240;
const BEFORE = 40;
const MOST_CHARACTERS = 20_000;
const WORD = /[A-Za-z0-9\u00aa-\uffff]+/g;

/** Whole words, prefixes, and pairs of characters of scripts without spaces. */
export type Wanted = {
  readonly words: ReadonlySet<string>;
  readonly stems: readonly string[];
  readonly runs: readonly string[];
};

/** Ignores endings (`licences` finds `licensing`), and stop words unless there are no others. */
export function wantedOf(words: readonly string[]): Wanted {
  const lower = words.flatMap((word) => word.toLowerCase().match(WORD) ?? []);
  const telling = lower.filter((word) => !isStopWord(word));
  const parts = telling.length > 0 ? telling : lower;
  const runs = parts.flatMap((part) => unspacedRuns(part));
  const spaced = parts.filter((part) => unspacedRuns(part).length === 0);
  return {
    words: new Set(spaced),
    stems: spaced
      .filter((word) => /^[a-z]{5,}$/.test(word))
      .map((word) => word.replace(/(?:ing|ies|es|ed|s|e|y)$/, '')),
    runs: [...new Set(runs.flatMap((run) => pairs(run)))],
  };
}

/** The part with the most different words. */
export function snippetOf(text: string, wanted: Wanted): Snippet {
  const hits = matches(text.slice(0, MOST_CHARACTERS), wanted);
  const start = bestStart(text, hits);
  const end =
    text.length - start <= LENGTH
      ? text.length
      : Math.max(text.lastIndexOf(' ', start + LENGTH), start + LENGTH / 2);
  const shown = `${start > 0 ? '… ' : ''}${text
    .slice(start, end)
    .replace(/[\s\0]+/g, ' ')
    .trim()}${end < text.length ? ' …' : ''}`;
  const first = hits.find((hit) => hit.from >= start)?.from ?? start;
  let line = 0;
  for (
    let position = text.indexOf('\n');
    position !== -1 && position < first;
    position = text.indexOf('\n', position + 1)
  )
    line += 1;
  return {
    text: shown,
    marks: matches(shown, wanted).map(({ from, to }) => [from, to] as const),
    line,
  };
}

export function marked(
  { text, marks }: Pick<Snippet, 'text' | 'marks'>,
  mark: (part: string) => string,
): string {
  let position = 0;
  const parts = marks.flatMap(([from, to]) => {
    const before = text.slice(position, from);
    position = to;
    return [before, mark(text.slice(from, to))];
  });
  return [...parts, text.slice(position)].join('');
}

type Match = { readonly from: number; readonly to: number; readonly word: string };

/** Sorted, without overlaps. One expression finds all prefixes; then the ends are checked. */
function matches(text: string, { words, stems, runs }: Wanted): readonly Match[] {
  const beginnings = [...new Set([...words, ...stems])].sort((a, b) => b.length - a.length);
  if (beginnings.length + runs.length === 0) return [];
  const anyOf = new RegExp(
    [...beginnings, ...runs].map((word) => word.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&')).join('|'),
    'gi',
  );
  const found: Match[] = [];
  for (let hit = anyOf.exec(text); hit !== null; hit = anyOf.exec(text)) {
    const [from, part] = [hit.index, hit[0].toLowerCase()];
    let to = from + part.length;
    if (!runs.includes(part)) {
      while (isLetter(text.charCodeAt(to))) to += 1;
      const stem = stems.find((candidate) => part.startsWith(candidate));
      if (isLetter(text.charCodeAt(from - 1)) || (stem === undefined && to > from + part.length))
        continue;
      anyOf.lastIndex = to;
      found.push({ from, to, word: stem ?? part });
    } else found.push({ from, to, word: part });
  }
  return found;
}

/** A letter of any alphabet, or a digit. */
function isLetter(code: number): boolean {
  return (
    (code >= 97 && code <= 122) ||
    (code >= 65 && code <= 90) ||
    (code >= 48 && code <= 57) ||
    code >= 0xaa
  );
}

function bestStart(text: string, hits: readonly Match[]): number {
  let [best, most] = [0, 0];
  for (const [i, { from }] of hits.entries()) {
    const seen = new Set<string>();
    for (let j = i; j < hits.length && (hits[j]?.to ?? 0) <= from + LENGTH - BEFORE; j++)
      seen.add(hits[j]?.word ?? '');
    if (seen.size > most) [best, most] = [from, seen.size];
  }
  if (best <= BEFORE) return 0;
  const back = Math.max(text.lastIndexOf('\n', best - 1), best - BEFORE);
  const blank = text.slice(back, best).search(/\s\S/);
  return blank === -1 ? best : back + blank + 1;
}
