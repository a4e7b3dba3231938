/**
 * A second look at the best passages: what stands together in the passage as in the question goes
 * first. Of what was tried it helps most (docs/DECISIONS.md): that a
 * passage has the words is one thing, that they belong together in it another.
 */
import type { Fused } from './fuse.js';
import type { Query } from './query-syntax.js';

/**
 * `near`: 2 for the question as it stands, else less than 1; 0 where it was not looked at. `score`
 * is that and the place that the ranks gave, as a part of 1.
 */
export type Placed = Fused & { readonly near: number };

/** So many of the best are looked at. */
const DEPTH = 20;

/** @param textOf in lower case. */
export function byProximity(
  query: Query,
  fused: readonly Fused[],
  textOf: (id: number) => string,
): readonly Placed[] {
  const whole = query.text.toLowerCase();
  const words = [...new Set(whole.match(/[\p{L}\p{M}\p{N}]+/gu) ?? [])];
  const placed = fused.map((hit, i): Placed => {
    const near = i < DEPTH ? nearness(textOf(hit.id), { words, whole }) : 0;
    // A place earned by the ranks counts as well, or a single close pair would beat everything.
    return { ...hit, near, score: near + 1 / (i + 1) };
  });
  return placed.sort((a, b) => b.score - a.score || a.id - b.id);
}

/**
 * 2 for the question as it stands; else the part of its words in the narrowest window that has the
 * most of them, less the wider the window is.
 */
function nearness(
  text: string,
  { words, whole }: { readonly words: readonly string[]; readonly whole: string },
): number {
  if (words.length > 1 && text.includes(whole)) return 2;
  const places = words.flatMap((word) => placesOf(text, word)).sort((a, b) => a.at - b.at);
  const counts = new Map<string, number>();
  let best = 0;
  for (let from = 0, to = 0; to < places.length; to++) {
    const last = places[to];
    if (last === undefined) break;
    counts.set(last.word, (counts.get(last.word) ?? 0) + 1);
    for (
      let first = places[from];
      first !== undefined && (counts.get(first.word) ?? 0) > 1;
      first = places[++from]
    )
      counts.set(first.word, (counts.get(first.word) ?? 0) - 1);
    const width = last.at - (places[from]?.at ?? last.at) + last.word.length;
    best = Math.max(
      best,
      (counts.size / words.length) * (1 / (1 + Math.log1p(width / (12 * counts.size)))),
    );
  }
  return best;
}

function placesOf(
  text: string,
  word: string,
): readonly { readonly word: string; readonly at: number }[] {
  const found: { word: string; at: number }[] = [];
  for (
    let position = text.indexOf(word);
    position !== -1 && found.length < 200;
    position = text.indexOf(word, position + word.length)
  )
    found.push({ word, at: position });
  return found;
}
