/** `gate` without the machinery of the other commands: it knows only the words that every command takes. */
import type { ExitCode } from '../../kernel/error.js';
import { gateResult } from './gate-result.js';
import { findRoot, homeDirectory } from './place.js';
import { print } from './say.js';

/** `undefined` when there are other words: the whole command line then says what is wrong with them, or helps. */
export async function gateLine(words: readonly string[]): Promise<ExitCode | undefined> {
  let workspace: string | undefined;
  for (let i = 0; i < words.length; i++) {
    if (words[i] === '--workspace' && words[i + 1] !== undefined) workspace = words[++i];
    else if (!['--json', '--quiet', '--no-color', '--debug'].includes(words[i] ?? '')) return undefined;
  }
  const [env, cwd] = [process.env, process.cwd()];
  return print(await gateResult(findRoot({ cwd, env, given: workspace }), homeDirectory(env, cwd)), words.includes('--json'));
}
