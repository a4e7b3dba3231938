/** What a condition is evaluated against, and helpers for its result. */
import { defined } from '../../kernel/defined.js';
import { globMatches } from '../../kernel/glob.js';
import { plural } from '../../kernel/words.js';
import { projectDirectory } from '../../project/project-directory.js';
import type { FileEntry, Snapshot } from '../../workspace/types.js';
import type { CommandRunner } from './command-runner.js';
import type { Count, Globs } from '../../project/condition-types.js';
import type { Progress } from './distance.js';

export type ConditionContext = {
  readonly snapshot: Snapshot;
  readonly project: string;
  /** What the globs are relative to, if not the project's folder; empty: the root. */
  readonly folder?: string;
  readonly command: CommandRunner;
  /** Time stamps for `file_newer: {since}`; empty before the first. */
  readonly phaseStarted?: string;
  readonly lastPass?: string;
  /** SHA-256 by path at the end of the last pass or before the run, for `hash_changed`. */
  readonly before?: ReadonlyMap<string, string>;
  /** Globs that the judged passes may write. A check must not be among them. */
  readonly writes?: readonly string[];
  readonly signal?: AbortSignal;
};

/**
 * `error`: it could not be decided. `isText`: because it is text for people. `progress`: for kinds
 * that count. `parts`: the outcomes of its own assertions.
 */
export type Outcome = {
  readonly holds: boolean;
  readonly expected: string;
  readonly found: string;
  readonly where?: string;
  readonly error?: string;
  readonly isText?: true;
  readonly progress?: Progress;
  readonly parts?: { readonly of: readonly Outcome[]; readonly need: 'all' | 'one' };
};

export function met(expected: string, found: string, where?: string): Outcome {
  return { holds: true, expected, found, ...defined({ where }) };
}

export function unmet(expected: string, found: string, where?: string): Outcome {
  return { ...met(expected, found, where), holds: false };
}

export function undecided(expected: string, error: string, where?: string): Outcome {
  return { ...unmet(expected, 'could not be evaluated', where), error };
}

/** Relative to the root. */
export function folderOf({ snapshot, project, folder }: ConditionContext): string {
  return folder ?? projectDirectory(snapshot, project);
}

/** How the path of each file in the folder begins. */
export function prefixOf(context: ConditionContext): string {
  const folder = folderOf(context);
  return folder === '' ? '' : `${folder}/`;
}

/** Sorted by path. A symlink proves nothing. */
export function filesIn(context: ConditionContext, globs: Globs): readonly FileEntry[] {
  const prefix = prefixOf(context);
  const found: FileEntry[] = [];
  for (const entry of context.snapshot.files.values()) {
    if (entry.kind !== 'file' || !entry.path.startsWith(prefix)) continue;
    const relative = entry.path.slice(prefix.length);
    if (globs.some((glob) => globMatches(glob, relative))) found.push(entry);
  }
  return found;
}

/** A path as the project's own conditions write it. */
export function inProject(context: ConditionContext, path: string): string {
  const prefix = prefixOf(context);
  return path.startsWith(prefix) ? path.slice(prefix.length) : path;
}

/** A pass must not write the file that decides whether it is done. */
export function writableByThePass(context: ConditionContext, path: string): string | undefined {
  const glob = context.writes?.find((pattern) => globMatches(pattern, path));
  return glob === undefined
    ? undefined
    : `${path} decides whether the work is done, and the pass that does the work may write it (${glob}); move it out of the pass's scope`;
}

export function inRange(count: Count, actual: number): boolean {
  if (count.equals !== undefined) return actual === count.equals;
  return actual >= (count.at_least ?? 0) && actual <= (count.at_most ?? Number.POSITIVE_INFINITY);
}

/** `at least 12 entries`, `exactly 1 row`. */
export function countText(count: Count, singular: string, several: string): string {
  const noun = (n: number): string => plural(n, singular, several);
  if (count.equals !== undefined) return `exactly ${noun(count.equals)}`;
  const parts = [
    count.at_least === undefined ? '' : `at least ${noun(count.at_least)}`,
    count.at_most === undefined ? '' : `at most ${noun(count.at_most)}`,
  ];
  return parts.filter((part) => part !== '').join(' and ');
}

export function some(names: readonly string[], limit = 3): string {
  const shown = names.slice(0, limit).join(', ');
  return names.length > limit ? `${shown} and ${names.length - limit} more` : shown;
}

/** What was found: it follows "found". */
export function noFiles(globs: Globs): string {
  return `nothing: ${noMatch(globs)}`;
}

export function noMatch(globs: Globs): string {
  return `no file matches ${globs.join(', ')}`;
}
