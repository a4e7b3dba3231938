/**
 * The hook of an installed host that is called before every tool call or commit: a `hook-line.js`
 * in the host's folder. Loads nothing else of the host.
 */
import { installedNames } from '../kernel/installed-names.js';
import type { PassModule } from '../passes/module.js';

/**
 * Judges the event; its answer is the exit code, `undefined` if the whole command line must answer.
 * `modules` loads the installed modules if one is needed.
 */
export type HookLine = (
  words: readonly string[],
  modules: () => Promise<readonly PassModule[]>,
) => Promise<number | undefined>;

export async function installedHook(host: string): Promise<HookLine | undefined> {
  if (!installedNames(import.meta.dirname, 'hook-line.js').includes(host)) return undefined;
  const hook = (await import(`./${host}/hook-line.js`)) as { readonly hookLine: HookLine };
  return hook.hookLine;
}
