/**
 * Whether two texts say the same in other words, as far as a sentence model may decide it. Vectors
 * learnt from a workspace say what is about the same, and decide nothing.
 */

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
 * texts about one matter that say different things up to about 0.9: it is set where
 * a repeat is rather missed than something new taken for one.
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
