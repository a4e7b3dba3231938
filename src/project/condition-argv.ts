/** A command line of a condition, split into words without a shell. */
import { parse } from 'shell-quote';
import { many, text, wrong } from './condition-read.js';
import type { Reader } from './condition-read.js';

/**
 * A text is split as a shell would split it; a list is taken as it is. Whatever only a shell could
 * do is refused.
 */
export const parseCommand: Reader<readonly string[]> = (value, path, complain) => {
  if (Array.isArray(value)) return many(text)(value, path, complain);
  const source = text(value, path, complain);
  if (source === undefined) return undefined;
  const words: string[] = [];
  for (const word of parse(source, (name) => ({ op: `$${name}` }))) {
    if (typeof word !== 'string')
      return wrong(
        complain,
        path,
        'a program and its arguments',
        source,
        `"${operatorOf(word)}" needs a shell and conditions have none: quote it, or put the work into a script`,
      );
    words.push(word);
  }
  if (words.length === 0 || words[0] === '')
    return wrong(complain, path, 'a program and its arguments', source);
  if (source.includes('\n'))
    return wrong(complain, path, 'one command', source, 'put several commands into a script');
  if (/^[A-Za-z_]\w*=/.test(words[0] ?? ''))
    return wrong(
      complain,
      path,
      'a program and its arguments',
      source,
      'environment variables cannot be set here',
    );
  return words;
};

function operatorOf(word: object): string {
  if ('pattern' in word) return String(word.pattern);
  if ('comment' in word) return `#${String(word.comment)}`;
  return 'op' in word ? String(word.op) : '?';
}
