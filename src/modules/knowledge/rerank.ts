/** A second look at the best passages, on request: what stands together in the passage as in the question goes first. */
import type { Query } from './query-syntax.js';
import type { Hit } from './search.js';

export interface Reranker {
  readonly name: string;
  /** So many of the best are looked at. */
  readonly depth: number;
  order(query: Query, hits: readonly Hit[]): readonly Hit[];
}

/** By how near to one another the question's words stand; no model. What has none of them keeps its place at the end. */
export const PROXIMITY: Reranker = {
  name: 'proximity',
  depth: 30,
  order(query, hits) {
    const words = [...new Set(query.text.toLowerCase().match(/[\p{L}\p{M}\p{N}]+/gu) ?? [])];
    const scored = hits.map((hit, i) => ({ hit, i, near: nearness(hit.passage.text.toLowerCase(), { words, whole: query.text.toLowerCase() }) }));
    // A place earned by the ranks counts as well, or a single close pair would beat everything.
    return scored.sort((a, b) => b.near + 1 / (b.i + 1) - (a.near + 1 / (a.i + 1)) || a.i - b.i).map((one) => one.hit);
  },
};

/** 2 for the question as it stands; else the part of its words in the narrowest window that has the most of them, less the wider the window is. */
function nearness(text: string, { words, whole }: { readonly words: readonly string[]; readonly whole: string }): number {
  if (words.length > 1 && text.includes(whole)) return 2;
  const places = words.flatMap((word) => placesOf(text, word)).sort((a, b) => a.at - b.at);
  const counts = new Map<string, number>();
  let best = 0;
  for (let from = 0, to = 0; to < places.length; to++) {
    const last = places[to];
    if (last === undefined) break;
    counts.set(last.word, (counts.get(last.word) ?? 0) + 1);
    for (let first = places[from]; first !== undefined && (counts.get(first.word) ?? 0) > 1; first = places[++from]) counts.set(first.word, (counts.get(first.word) ?? 0) - 1);
    const width = last.at - (places[from]?.at ?? last.at) + last.word.length;
    best = Math.max(best, (counts.size / words.length) * (1 / (1 + Math.log1p(width / (12 * counts.size)))));
  }
  return best;
}

function placesOf(text: string, word: string): readonly { readonly word: string; readonly at: number }[] {
  const found: { word: string; at: number }[] = [];
  for (let at = text.indexOf(word); at !== -1 && found.length < 200; at = text.indexOf(word, at + word.length)) found.push({ word, at });
  return found;
}
