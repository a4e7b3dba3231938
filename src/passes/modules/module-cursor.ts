/**
 * How far a module has read: the content of each file that it watches, as it was when the module
 * last heard of it. In the state directory, so that no pass can move it.
 */
import { mkdirSync } from '../../kernel/files.js';
import { dirname, join } from 'node:path';
import { globMatches } from '../../kernel/glob.js';
import type { ModuleRow } from '../../registry/types.js';
import { readJson, writeJsonDurably } from '../../workspace/state-home.js';
import type { Snapshot } from '../../workspace/types.js';
import type { FileChange } from '../module.js';

/** Hashes by path. */
export type Cursor = Readonly<Record<string, string>>;
type Kept = { readonly version: 1; readonly files: Cursor };

/** What the files that a module watches hold now. */
export function cursorNow(snapshot: Snapshot, row: ModuleRow): Cursor {
  const watched = [...snapshot.files.values()].filter(
    (entry) => entry.kind === 'file' && row.watches.some((glob) => globMatches(glob, entry.path)),
  );
  return Object.fromEntries(watched.map(({ path }) => [path, snapshot.hash(path) ?? '']));
}

/** Of a module that never heard of anything, every file that is there is new. */
export function readCursor(state: string, name: string): Cursor {
  return readJson<Kept>(fileOf(state, name))?.files ?? {};
}

/**
 * Only after the module has done its part: a crash before this means that it hears of the same
 * again.
 */
export function writeCursor(state: string, name: string, files: Cursor): void {
  mkdirSync(dirname(fileOf(state, name)), { recursive: true });
  writeJsonDurably(fileOf(state, name), { version: 1, files } satisfies Kept, { mode: 0o600 });
}

export function changesBetween(before: Cursor, after: Cursor): readonly FileChange[] {
  const paths = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return paths
    .filter((path) => before[path] !== after[path])
    .map((path): FileChange => ({ path, kind: kindOf(before[path], after[path]) }));
}

function kindOf(before: string | undefined, after: string | undefined): FileChange['kind'] {
  if (before === undefined) return 'added';
  return after === undefined ? 'deleted' : 'changed';
}

function fileOf(state: string, name: string): string {
  return join(state, 'modules', `${name}.json`);
}
