/**
 * The two commands that run most often, without the rest of the command line: `gate` before every
 * pass, `hook` before every tool call. The build bundles this into `dist/quick.cjs`.
 */
import { type HookLine, installedHook } from '../../hosts/installed-hook.js';
import { gateLine } from './gate-line.js';

/** `undefined`: the whole command line must answer. */
export async function quickAnswer(
  [command, ...words]: readonly string[],
  modules: Parameters<HookLine>[1],
): Promise<number | undefined> {
  if (command === 'gate') return gateLine(words);
  const [host = '', ...options] = words;
  if (command !== 'hook' || options.includes('--help') || options.includes('-h')) return undefined;
  return (await installedHook(host))?.(options, modules);
}
