/** Names of files and runs, as links where the terminal has them. */
import { join } from 'node:path';
import { terminalLink } from '../../kernel/terminal-link.js';
import { printable } from '../../report/code-frame.js';
import type { Context } from './types.js';

/** @param path of the workspace. */
export function fileLink(context: Pick<Context, 'links' | 'root'>, path: string): string {
  const name = printable(path);
  return context.links === true ? terminalLink(name, join(context.root(), path)) : name;
}

/** Each run in a text leads to its record in the state directory. */
export function withRunLinks(
  context: Pick<Context, 'links'>,
  text: string,
  { state, runs }: { readonly state: string; readonly runs: readonly string[] },
): string {
  if (context.links !== true || runs.length === 0) return text;
  const known = new Set(runs);
  return text.replace(/\bRUN-[\w-]+/g, (run) =>
    known.has(run) ? terminalLink(run, join(state, 'runs', `${run}.json`)) : run,
  );
}
