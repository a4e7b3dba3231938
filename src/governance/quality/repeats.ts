/**
 * Which outputs repeat the workspace: copies, or pieces of several files. Words decide; a sentence
 * model may find reworded passages.
 */
import { NEAR_DUPLICATE, type Text } from './novelty.js';
import { shinglesOf, WIDTH, withoutDates, wordsIn } from './sketch.js';

export type Alike = Likeness & {
  readonly path: string;
  readonly line: number;
  readonly heading: string;
};
/** A passage of a new text, with similar earlier passages, the most similar first. */
export type AlikePart = { readonly text: string; readonly found: readonly Alike[] };
/** `sources`: where it comes from, the largest part first. */
export type Repeat = { readonly path: string; readonly sources: readonly string[] };

/** For two texts of one length, the shared part at a resemblance of {@link NEAR_DUPLICATE}. */
const REPEATED = (2 * NEAR_DUPLICATE) / (1 + NEAR_DUPLICATE);
/** A passage was pasted if this much was taken; less is a selection, which is work. */
const TAKEN = 0.5;
/** Fewer shingles than this repeat something by chance. */
const FEW = 16;

type Part = AlikePart & { readonly words: readonly string[]; readonly hashes: readonly number[] };

/**
 * @param own what the output held before the pass; only what is new in it is judged.
 * @param parts new passages, with what they resemble in the earlier workspace.
 */
export function repeatOf(
  { path, text }: Text,
  { own, parts }: { readonly own: string | undefined; readonly parts: readonly AlikePart[] },
): Repeat | undefined {
  if (own !== undefined && undated(own) === undated(text))
    return { path, sources: [`${path} as it was`] };
  if (parts.length === 0) return undefined;
  const old = new Set(own === undefined ? [] : hashesOf(own));
  const asked = parts.map((part): Part => {
    const words = wordsIn(body(part.text));
    const found = part.found.filter((passage) => passage.path !== path);
    return { text: part.text, found, words, hashes: shinglesOf(words) };
  });
  // Only some passages of a long text are asked about, but all of its new shingles count.
  const from = pasted(
    asked,
    new Set(
      [...hashesOf(text), ...asked.flatMap((part) => part.hashes)].filter((hash) => !old.has(hash)),
    ),
  );
  const counts = new Map<string, number>();
  const count = (place: string, by: number): void =>
    void counts.set(place, (counts.get(place) ?? 0) + by);
  let [fresh, repeated] = [0, 0];
  for (const part of asked) {
    const added = part.hashes.filter((hash) => !old.has(hash));
    const reworded =
      added.length < part.hashes.length
        ? undefined
        : part.found.find((match) => meansTheSame(part.text, match));
    fresh += added.length;
    if (reworded !== undefined) {
      repeated += added.length;
      count(placeOf(reworded), added.length);
      continue;
    }
    repeated += saidBefore(part, { old, from });
    for (const place of added.flatMap((hash) => from.get(hash) ?? [])) count(place, 1);
  }
  if (fresh < FEW || repeated < REPEATED * fresh) return undefined;
  return { path, sources: [...counts].sort((a, b) => b[1] - a[1]).map(([place]) => place) };
}

export function newLines(text: string, own: string | undefined): string {
  const ownLines = new Set(own?.split('\n').map((line) => line.trim()));
  return text
    .split('\n')
    .filter((line) => line.trim() === '' || !ownLines.has(line.trim()))
    .join('\n');
}

/** Only passages of which enough was taken. */
function pasted(asked: readonly Part[], fresh: ReadonlySet<number>): ReadonlyMap<number, string> {
  const from = new Map<number, string>();
  const passages = [
    ...new Map(
      asked.flatMap((part) => part.found.map((match) => [placeOf(match), match.text] as const)),
    ),
  ].map(([place, text]) => {
    const hashes = [...new Set(hashesOf(text))];
    return { place, all: hashes.length, taken: hashes.filter((hash) => fresh.has(hash)) };
  });
  for (const { place, all, taken } of passages.sort((a, b) => b.taken.length - a.taken.length)) {
    if (taken.length >= TAKEN * all)
      for (const hash of taken) if (!from.has(hash)) from.set(hash, place);
  }
  return from;
}

/** Includes the seams between repeated pieces, because none of the words there are new. */
function saidBefore(
  { words, hashes }: Part,
  { old, from }: { readonly old: ReadonlySet<number>; readonly from: ReadonlyMap<number, string> },
): number {
  const wordsAt = (start: number): readonly number[] =>
    Array.from({ length: Math.min(WIDTH, words.length) }, (_, i) => start + i);
  const covered = new Set(
    hashes.flatMap((hash, i) => (old.has(hash) || from.has(hash) ? wordsAt(i) : [])),
  );
  return hashes.filter((hash, i) => !old.has(hash) && wordsAt(i).every((word) => covered.has(word)))
    .length;
}

function placeOf({ path, line }: Alike): string {
  return `${path}:${line}`;
}

/** Without titles: new titles over old text say nothing new. */
function body(text: string): string {
  return text.replace(/^#{1,6}[ \t].*$/gm, '');
}

function hashesOf(text: string): readonly number[] {
  return shinglesOf(wordsIn(body(text)));
}

function undated(text: string): string {
  return withoutDates(text).replace(/\s+/g, ' ').trim();
}

/** `resemblance`: of the words, 0 to 1. `trusted`: a sentence model read both texts whole. */
export type Likeness = {
  readonly text: string;
  readonly resemblance: number;
  readonly cosine: number | undefined;
  readonly trusted: boolean;
};

/**
 * Models give reworded texts 0.8 to 0.97, and different texts on one topic up to 0.9: rather miss a
 * repeat than reject something new.
 */
export const SAME_MEANING = 0.95;

const DENIALS = /\b(?:not|no|never|none|nothing|nobody|without|cannot|\w+n't)\b/i;

/** A different number or a denial is new, but models hardly notice either. */
export function meansTheSame(text: string, { text: other, cosine, trusted }: Likeness): boolean {
  if (!trusted || cosine === undefined || cosine < SAME_MEANING) return false;
  const numbers = new Set(numbersIn(other));
  return (
    numbersIn(text).every((number) => numbers.has(number)) &&
    DENIALS.test(text) === DENIALS.test(other)
  );
}

/** With units and in names: `3rd`, `v2`, `4.5`. */
function numbersIn(text: string): readonly string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]*\p{N}[\p{L}\p{N}]*/gu) ?? [];
}
