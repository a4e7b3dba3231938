/**
 * Puts passages first that contain the query's words together. Of everything that we tried, this
 * helps most (docs/DECISIONS.md).
 */
import type { Fused } from './fuse.js';
import type { Query } from './query-syntax.js';

/** `near`: 2 for the exact query, otherwise less than 1. `score`: `near` plus 1 / rank. */
export type Placed = Fused & { readonly near: number };

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
    // Without the rank, a single close pair would beat everything.
    return { ...hit, near, score: near + 1 / (i + 1) };
  });
  return placed.sort((a, b) => b.score - a.score || a.id - b.id);
}

/** 2 for the exact query; otherwise the share of its words in a window, reduced by the width. */
function nearness(
  text: string,
  { words, whole }: { readonly words: readonly string[]; readonly whole: string },
): number {
  if (words.length > 1 && text.includes(whole)) return 2;
  const places = words
    .flatMap((word) => placesOf(text, word))
    .sort((a, b) => a.position - b.position);
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
    const width = last.position - (places[from]?.position ?? last.position) + last.word.length;
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
): readonly { readonly word: string; readonly position: number }[] {
  const found: { word: string; position: number }[] = [];
  for (
    let position = text.indexOf(word);
    position !== -1 && found.length < 200;
    position = text.indexOf(word, position + word.length)
  )
    found.push({ word, position });
  return found;
}
