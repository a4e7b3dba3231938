/** The words of a text that carry meaning: what two texts are compared by. */

/** Lower-case words of four letters or digits and more. */
export function wordsOf(text: string): ReadonlySet<string> {
  return new Set(text.toLowerCase().match(/[\p{L}\p{N}]{4,}/gu) ?? []);
}
