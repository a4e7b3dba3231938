/** What a search found in another workspace: text to show, whoever wrote it, and nothing else. */
import { membersOf } from './call.js';

export type FoundPassage = { readonly path: string; readonly line: number; readonly text: string };

export const MOST_HITS = 20;
const LONGEST_TEXT = 1_000;

/** What looks different is left out. */
export function passagesIn(answer: unknown): readonly FoundPassage[] {
  const { hits } = membersOf(answer);
  if (!Array.isArray(hits)) return [];
  return hits.slice(0, MOST_HITS).map((hit: unknown) => {
    const { path, line, text, snippet } = membersOf(hit);
    const shown = typeof text === 'string' ? text : snippet;
    return {
      path: plain(path),
      line: Number.isSafeInteger(line) ? Number(line) : 0,
      text: plain(shown),
    };
  });
}

/** On one line, without what a terminal would obey. */
function plain(value: unknown): string {
  return String(value ?? '')
    .replace(/[\p{C}\s]+/gu, ' ')
    .trim()
    .slice(0, LONGEST_TEXT);
}
