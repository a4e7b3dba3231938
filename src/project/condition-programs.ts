/**
 * Which words of a command are programs: what decides, and so what nobody but the owner may write.
 */
import { posix } from 'node:path';

const INTERPRETERS =
  /^(?:node|deno|bun|tsx|npx|python[\d.]*|ruby|perl|php|(?:ba|da|z|k)?sh|make|env)(?:\.exe)?$/;
const SCRIPT = /\.(?:[cm]?[jt]s|py|sh|rb|pl|php)$/;

export function isScript(word: string): boolean {
  return SCRIPT.test(word);
}

/**
 * The program, what an interpreter is given first, and whatever looks like a script. Other words
 * are data.
 */
export function programsOf(argv: readonly string[]): readonly string[] {
  const [program = '', ...args] = argv;
  const interpreted = INTERPRETERS.test(posix.basename(program))
    ? args.find((word) => !word.startsWith('-'))
    : undefined;
  return [program, ...(interpreted === undefined ? [] : [interpreted]), ...args.filter(isScript)];
}
