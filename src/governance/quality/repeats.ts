/**
 * Which outputs repeat what stood in the workspace before: a copy, or one pasted together from
 * several files. The words decide; a sentence model may for reworded passages.
 */
import { NEAR_DUPLICATE, shinglesOf, type Text, WIDTH, withoutDates, wordsIn } from './novelty.js';

/** An earlier passage that says (nearly) the same. */
export type Alike = Likeness & {
  readonly path: string;
  readonly line: number;
  readonly heading: string;
};
/** A passage of a text that was asked about, and what is like it, the most alike first. */
export type AlikePart = { readonly text: string; readonly found: readonly Alike[] };
/** `sources`: where it stood, those first from which most was taken. */
export type Repeat = { readonly path: string; readonly sources: readonly string[] };

/**
 * Of two texts of one length with a resemblance of {@link NEAR_DUPLICATE}, this part of the one
 * stands in the other.
 */
const REPEATED = (2 * NEAR_DUPLICATE) / (1 + NEAR_DUPLICATE);
/** A passage was pasted if so much of it was taken. Who takes less selects, which is work. */
const TAKEN = 0.5;
/** Fewer shingles than this repeat something by chance. */
const FEW = 16;

/** A passage with its words and, for each shingle, its hash. */
type Part = AlikePart & { readonly words: readonly string[]; readonly hashes: readonly number[] };

/**
 * @param own what the output held before the pass. Only what is new in it is judged, so that
 * whoever appends is judged by what was appended; with nothing but another date it repeats itself.
 * @param parts passages of what is new, with what is like them in what stood in the workspace
 * before the pass.
 */
export function repeatOf(
  { path, text }: Text,
  { own, parts }: { readonly own: string | undefined; readonly parts: readonly AlikePart[] },
): Repeat | undefined {
  if (own !== undefined && undated(own) === undated(text))
    return { path, sources: [`${path} as it was`] };
  const old = new Set(own === undefined ? [] : hashesOf(own));
  const asked = parts.map((part): Part => {
    const words = wordsIn(body(part.text));
    const found = part.found.filter((passage) => passage.path !== path);
    return { text: part.text, found, words, hashes: shinglesOf(words) };
  });
  // Of a long text only some passages are asked about; how much was taken is seen in all of it.
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

/** The lines of a text that it did not have before. */
export function newLines(text: string, own: string | undefined): string {
  const ownLines = new Set(own?.split('\n').map((line) => line.trim()));
  return text
    .split('\n')
    .filter((line) => line.trim() === '' || !ownLines.has(line.trim()))
    .join('\n');
}

/** Where each new shingle was taken from, of the passages of which enough was taken. */
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

/**
 * How many new shingles of a passage say nothing new: those taken, and where two repeated pieces
 * meet, since none of the words there are new.
 */
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

/** Without its titles: new titles over old text say nothing. */
function body(text: string): string {
  return text.replace(/^#{1,6}[ \t].*$/gm, '');
}

function hashesOf(text: string): readonly number[] {
  return shinglesOf(wordsIn(body(text)));
}

function undated(text: string): string {
  return withoutDates(text).replace(/\s+/g, ' ').trim();
}

/**
 * `resemblance`: of the words, 0 to 1. `trusted`: the cosine is of a sentence model that read both
 * texts whole.
 */
export type Likeness = {
  readonly text: string;
  readonly resemblance: number;
  readonly cosine: number | undefined;
  readonly trusted: boolean;
};

/**
 * Cosine from which two texts say the same. Sentence models give reworded texts 0.8 to 0.97, and
 * texts about one matter that say different things up to about 0.9: it is set where a repeat is
 * rather missed than something new taken for one.
 */
export const SAME_MEANING = 0.95;

const DENIALS = /\b(?:not|no|never|none|nothing|nobody|without|cannot|\w+n't)\b/i;

/**
 * A number that the other does not have is something new, and so is a denial: models hardly see
 * either.
 */
export function meansTheSame(text: string, { text: other, cosine, trusted }: Likeness): boolean {
  if (!trusted || cosine === undefined || cosine < SAME_MEANING) return false;
  const numbers = new Set(numbersIn(other));
  return (
    numbersIn(text).every((number) => numbers.has(number)) &&
    DENIALS.test(text) === DENIALS.test(other)
  );
}

/** With their units and in names: `3rd`, `v2`, `4.5`. */
function numbersIn(text: string): readonly string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]*\p{N}[\p{L}\p{N}]*/gu) ?? [];
}
