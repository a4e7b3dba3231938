/**
 * The programs of projects as the owner last saw them, by hash, in the state directory. The first
 * pass of a project records its programs, and `nocturne sign` accepts a change. No pass can write
 * these files, so a change came from another program, a checkout or a sync tool.
 */
import { join } from 'node:path';
import { defined } from '../kernel/defined.js';
import { routeOf } from '../registry/route.js';
import { withCommitMutex } from '../workspace/mutex.js';
import { readJson, stateDirectory, writeJsonDurably } from '../workspace/state-home.js';
import type { Snapshot } from '../workspace/types.js';
import type { SigningChange } from './signing-plan.js';

type Seen = { readonly sha256: string; readonly text?: string };
type SeenPrograms = Readonly<Record<string, Seen>>;

/** The text of a larger program is not stored: only its hash can be shown. */
const MOST_STORED = 256 * 1024;

/** The files of a folder that no pass may write and that a runner or a condition may start. */
export function programsIn(snapshot: Snapshot, folder: string): readonly string[] {
  return [...snapshot.files.keys()].filter(
    (path) =>
      path.startsWith(`${folder}/`) &&
      !path.endsWith('.md') &&
      routeOf(snapshot.schema, path).tier === 'CODE',
  );
}

/** Records programs that the owner accepts; others keep what is recorded. */
export function acceptPrograms(state: string, snapshot: Snapshot, paths: readonly string[]): void {
  record(state, snapshot, () => paths);
}

/** Records the programs that are not recorded yet. */
export function notePrograms(state: string, snapshot: Snapshot, paths: readonly string[]): void {
  if (unseen(readSeen(state), paths).length === 0) return;
  record(state, snapshot, (seen) => unseen(seen, paths));
}

function unseen(seen: SeenPrograms, paths: readonly string[]): readonly string[] {
  return paths.filter((path) => seen[path] === undefined);
}

/** What is recorded is read under the mutex, so that no other process's record is lost. */
function record(
  state: string,
  snapshot: Snapshot,
  chosen: (seen: SeenPrograms) => readonly string[],
): void {
  withCommitMutex(snapshot.root, () => {
    const seen: Record<string, Seen> = { ...readSeen(state) };
    const paths = chosen(seen);
    if (paths.length === 0) return;
    for (const path of paths) {
      const text = snapshot.text(path);
      seen[path] = {
        sha256: snapshot.hash(path) ?? '',
        ...defined({ text: text === undefined || text.length > MOST_STORED ? undefined : text }),
      };
    }
    writeJsonDurably(pathOf(state), seen);
  });
}

/** The programs that differ from what the owner last saw. A deleted one is not reported. */
export function changedPrograms(snapshot: Snapshot, home: string): readonly SigningChange[] {
  const state = stateDirectory(home, snapshot.root);
  return Object.entries(readSeen(state)).flatMap(([file, { sha256, text }]): SigningChange[] => {
    const afterHash = snapshot.hash(file);
    if (afterHash === undefined || afterHash === sha256) return [];
    const after = snapshot.text(file);
    return [{ file, kind: 'changed', beforeHash: sha256, afterHash, before: text, after }];
  });
}

export function seenPrograms(state: string): readonly string[] {
  return Object.keys(readSeen(state));
}

function readSeen(state: string): SeenPrograms {
  return readJson<SeenPrograms>(pathOf(state)) ?? {};
}

function pathOf(state: string): string {
  return join(state, 'seen-programs.json');
}
