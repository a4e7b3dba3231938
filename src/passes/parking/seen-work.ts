/** What the agent of a parked pass knows of the project's files, and what has changed since. */
import type { TalkEntry } from '../../agents/kept-run.js';
import { globMatches } from '../../kernel/glob.js';
import { parsedJson } from '../../kernel/parsed-json.js';
import type { Snapshot } from '../../workspace/types.js';
import type { Parked } from './kept-work.js';

type Known = Parked['files'];

/** The files that it may write, and those that it named in a call, by hash. */
export function filesKnown(
  snapshot: Snapshot,
  writes: readonly string[],
  entries: readonly TalkEntry[],
): Known {
  const named = new Set(entries.flatMap(pathsIn));
  const paths = [...snapshot.files.values()]
    .filter(({ kind, path }) => kind === 'file' && (named.has(path) || isWritten(writes, path)))
    .map(({ path }) => path);
  return Object.fromEntries(paths.map((path) => [path, snapshot.hash(path) ?? '']));
}

/** One line each. */
export function changedSince(
  snapshot: Snapshot,
  writes: readonly string[],
  known: Known,
): readonly string[] {
  const lines = Object.entries(known).flatMap(([path, hash]) => {
    const now = snapshot.hash(path);
    // The record of the project changes with every pass.
    if (now === hash || path.endsWith('/LONGRUNNER.md')) return [];
    return [now === undefined ? `${path} is gone.` : `${path} was changed. Read it again.`];
  });
  const added = [...snapshot.files.values()]
    .filter(({ kind, path }) => kind === 'file' && isWritten(writes, path) && !(path in known))
    .map(({ path }) => `${path} is new.`);
  return [...lines, ...added];
}

function isWritten(writes: readonly string[], path: string): boolean {
  return writes.some((glob) => globMatches(glob, path));
}

function pathsIn(entry: TalkEntry): readonly string[] {
  if (entry.kind !== 'answer') return [];
  return entry.calls.flatMap(({ argumentsText }) => {
    const sent = parsedJson(argumentsText);
    const path = typeof sent === 'object' && sent !== null && 'path' in sent ? sent.path : '';
    return typeof path === 'string' && path !== '' ? [path] : [];
  });
}
