/**
 * Little programs inside a command's words: sed and awk scripts that only print are let through;
 * every other language cannot be judged.
 */

const TERMINATOR = /[;}\n]/;

/**
 * Why a sed script must not be run, or `undefined` when it only edits its stream. GNU and POSIX
 * commands; `w`, `W`, `e`, `r` of special files are refused.
 */
export function sedProblem(script: string): string | undefined {
  let index = 0;
  const peek = (): string => script.charAt(index);
  const skip = (pattern: RegExp): void => {
    while (index < script.length && pattern.test(peek())) index += 1;
  };
  /**
   * To the next unescaped delimiter. In a pattern, brackets protect it for some seds and not for
   * others, so it may not stand there.
   */
  const part = (delimiter: string, pattern: boolean): boolean => {
    let bracket = false;
    for (; index < script.length; index++) {
      const character = peek();
      if (character === delimiter) {
        index += 1;
        return !bracket;
      }
      if (character === '\\') index += 1;
      else if (pattern) bracket = bracket ? character !== ']' : character === '[';
    }
    return false;
  };
  const address = (): boolean => {
    if (peek() === '/' || peek() === '\\') {
      index += peek() === '\\' ? 1 : 0;
      const delimiter = peek();
      index += 1;
      if (!part(delimiter, true)) return false;
      skip(/[IM]/);
    } else skip(/[0-9$~+]/);
    return true;
  };
  while (index < script.length) {
    skip(/[\s;{}]/);
    if (index >= script.length) return undefined;
    if (!address()) return 'an address is not closed';
    skip(/\s/);
    if (peek() === ',') {
      index += 1;
      skip(/\s/);
      if (!address()) return 'an address is not closed';
    }
    skip(/[\s!]/);
    const command = peek();
    index += 1;
    if (command === '' || command === '#') skip(/[^\n]/);
    else if ('{}'.includes(command)) continue;
    else if ('pPdDgGhHnNxlz=qQ'.includes(command)) skip(/[\s0-9]/);
    else if ('bt:T'.includes(command)) skip(/[^;\n]/);
    else if ('aic'.includes(command))
      while (index < script.length && peek() !== '\n') index += peek() === '\\' ? 2 : 1;
    else if (command === 'y' || command === 's') {
      const delimiter = peek();
      index += 1;
      if (delimiter === '' || !part(delimiter, command === 's') || !part(delimiter, false))
        return `${command} is not closed`;
      if (command === 's') skip(/[gpiIMm0-9]/);
    } else return `its command "${command}" reads, writes or runs something, or is not known`;
    skip(/[ \t]/);
    if (index < script.length && !TERMINATOR.test(peek()))
      return `"${peek()}" after ${command} is not understood`;
  }
  return undefined;
}

/**
 * Why an awk program must not be run: it writes, pipes, runs, reads other files or includes code.
 * Strings are not told from code (a quote
 * inside a regular expression would turn them around), so a `>` after `print` is refused wherever
 * it stands; comparisons before it are not.
 */
export function awkProblem(program: string): string | undefined {
  if (/\bsystem\s*\(|\bgetline\b|@|\bclose\s*\(/.test(program))
    return 'it runs, reads or includes something';
  if (/print[^]*>/.test(program)) return 'it may print into a file';
  if (program.replaceAll('||', '').includes('|')) return 'it may pipe into a program';
  return undefined;
}
