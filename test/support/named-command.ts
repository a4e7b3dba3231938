/** Whether a command that a text names exists, with its options, in the real catalogue. */
import { wholeCatalogue } from '../../src/surfaces/cli/added-commands.js';
import { parseWords } from '../../src/surfaces/cli/parse-words.js';
import { NocturneError } from '../../src/kernel/error.js';

/**
 * What is wrong with `words`, which follow `nocturne`; `undefined` for a command that exists. After
 * the command come its options and its arguments in capitals; what follows is prose.
 */
export async function commandProblem(words: readonly string[]): Promise<string | undefined> {
  const catalogue = await wholeCatalogue();
  const plain = words.map((word) => word.replace(/[,.;:)\]]+$/, ''));
  if (plain[0] === '--help') return undefined;
  if (plain[0] === 'help') return /^(?:all|[A-Z]+)$/.test(plain[1] ?? '') ? undefined : 'no page';
  const name = [plain.slice(0, 2).join(' '), plain[0] ?? ''].find(
    (candidate) => catalogue[candidate] !== undefined,
  );
  if (name === undefined) {
    const isGroup = Object.keys(catalogue).some((other) => other.startsWith(`${plain[0]} `));
    const [, second = ''] = plain;
    // `nocturne audit` alone is the group; with a second word it has to be a command.
    return isGroup && (words[0] !== plain[0] || !/^[a-z]/.test(second))
      ? undefined
      : 'no such command';
  }
  const command = await catalogue[name]?.load();
  if (command === undefined) return 'no such command';
  const rest = beforeProse(command, words.slice(name.split(' ').length));
  const options = rest.flatMap((word, i) => {
    if (!/^--?[a-z]/.test(word)) return [];
    const next = rest[i + 1];
    const isValue = next !== undefined && /^[^a-z-]/.test(next) && takesValue(command, word);
    return isValue ? [word, next] : [word];
  });
  if (options.length === 0 || options.includes('--help')) return undefined;
  try {
    await parseWords(name, { ...command, args: '[any...]' }, withValues(command, options));
    return undefined;
  } catch (error) {
    if (error instanceof NocturneError) return error.message;
    throw error;
  }
}

/** The options with their values, and arguments that are not plain words. */
function beforeProse(command: Options, words: readonly string[]): readonly string[] {
  const kept: string[] = [];
  for (const word of words) {
    const last = kept.at(-1) ?? '';
    const isProse = /^[a-z]+[,.;:)]*$/.test(word) && !(last !== '' && takesValue(command, last));
    if (isProse) break;
    kept.push(word.replace(/[,.;:)\]]+$/, ''));
    if (/[,;:)]$/.test(word)) break;
  }
  return kept;
}

type Spec = { readonly flags: string; readonly choices?: readonly string[] };
type Options = { readonly options?: readonly Spec[] };

const GLOBAL = [{ flags: '--workspace <dir>' }];

function specOf({ options = [] }: Options, word: string): Spec | undefined {
  return [...GLOBAL, ...options].find(({ flags }) =>
    flags.split(/[ ,]+/).includes(word.replace(/=.*/, '')),
  );
}

function takesValue(command: Options, word: string): boolean {
  return !word.includes('=') && /[<[]/.test(specOf(command, word)?.flags ?? '');
}

/** Prose leaves out values, and a choice may be named in words. */
function withValues(command: Options, options: readonly string[]): readonly string[] {
  return options.flatMap((word) => {
    if (!word.startsWith('-')) return [];
    const [bare = ''] = word.split('=');
    return takesValue(command, bare) || word.includes('=')
      ? [bare, specOf(command, bare)?.choices?.[0] ?? '1']
      : [bare];
  });
}
