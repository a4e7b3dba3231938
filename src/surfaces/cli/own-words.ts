/** The words that are Nocturne's: those after `--` belong to a program that a command starts. */

export function ownWords(words: readonly string[]): readonly string[] {
  const end = words.indexOf('--');
  return end === -1 ? words : words.slice(0, end);
}
