/** The words that are Nocturne's: those after `--` belong to a program that a command starts. */

/** Before the root of a workspace: the words of this process come later, on standard input. */
export const LATER = '__later';

export function ownWords(words: readonly string[]): readonly string[] {
  const end = words.indexOf('--');
  return end === -1 ? words : words.slice(0, end);
}
