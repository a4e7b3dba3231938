/** Parses words of the form `name=value`. */
import { NocturneError } from '../../kernel/error.js';

/** @throws NocturneError `USAGE` for a word of another form, and for a name given twice. */
export function namedValues(words: readonly string[], what: string): ReadonlyMap<string, string> {
  const named = new Map<string, string>();
  for (const word of words) {
    const index = word.indexOf('=');
    const name = word.slice(0, Math.max(0, index));
    if (!/^[a-z][a-z0-9_.]*$/i.test(name))
      throw new NocturneError('USAGE', `"${word}" is not ${what}=value`, {
        hint: `write ${what}=value, and quote a value with blanks: ${what}="a value"`,
      });
    if (named.has(name))
      throw new NocturneError('USAGE', `${name} is given twice`, { hint: 'give it once' });
    named.set(name, word.slice(index + 1));
  }
  return named;
}
