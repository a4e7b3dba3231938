/** The words of a command that is one plain program with arguments. */
import { parseShell, type ShellWorld } from './shell.js';

const NO_FILES: ShellWorld = { cwd: '', folder: () => undefined, matches: () => [] };

/** `undefined` when it is anything more: operators, redirections, variables, wildcards. */
export function plainWords(text: string): readonly string[] | undefined {
  const { steps, problems } = parseShell(text, NO_FILES);
  const [command, ...more] = steps.length === 1 ? (steps[0]?.pipeline ?? []) : [];
  if (command === undefined || more.length + problems.length > 0) return undefined;
  const { words, env, redirects } = command;
  return words.length === 0 || env.length + redirects.length > 0 ? undefined : words;
}
