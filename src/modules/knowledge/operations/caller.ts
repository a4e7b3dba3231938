/** Who asks the module, what they may see, and the index opened for them. */
import { decide } from '../../../governance/guard/decide.js';
import { type ReadScope, scopedSnapshot, sees } from '../../../governance/scoped-snapshot.js';
import { defined } from '../../../kernel/defined.js';
import { openSnapshot } from '../../../workspace/snapshot.js';
import type { Snapshot, Workspace } from '../../../workspace/types.js';
import { type Choosing, type ActiveEmbedder, settingsOf } from './choose-embedder.js';
import type { Db } from '../store/database.js';
import { NO_EMBEDDER } from '../embedders/embedder.js';
import type { Bar } from './index-workspace.js';
import { indexFiles } from '../store/index-files.js';
import { indexVectors } from '../store/index-vectors.js';
import { latentOf } from '../latent/latent-store.js';
import { agrees, embedderFor, indexOf } from './open-index.js';
import type { Passage } from '../ranking/search.js';

export type Caller = {
  readonly workspace: Pick<Workspace, 'root' | 'clock' | 'home'>;
  readonly env: Choosing['env'];
  /** Of a pass that does not see everything. */
  readonly scope?: ReadScope;
  readonly progress: (line: string) => void;
  readonly bar?: Bar;
  readonly signal?: AbortSignal;
};

/** How long a query waits for vectors of recent edits; words are indexed at once. */
const REFRESH_MS = 2000;

/** The index covers everything; `visible` decides what each caller may see. */
export function wholeSnapshot({ workspace }: Caller): Snapshot {
  return openSnapshot(workspace.root, { now: workspace.clock.now() });
}

export type Opened = {
  readonly db: Db;
  readonly snapshot: Snapshot;
  readonly active: ActiveEmbedder;
  readonly refreshed: { readonly changed: readonly string[]; readonly removed: readonly string[] };
};

/** @param refresh index changed files first; otherwise leave out stale passages. */
export async function openForAnswer(
  caller: Caller,
  { flag, refresh }: { readonly flag?: string | undefined; readonly refresh: boolean },
): Promise<Opened> {
  const { workspace, env, progress, signal } = caller;
  const db = indexOf(workspace.root);
  const snapshot = wholeSnapshot(caller);
  const chosen = await embedderFor(workspace.root, {
    settings: settingsOf(snapshot, { home: workspace.home, flag }),
    env,
    progress,
  });
  const active = agrees(db, chosen.embedder) ? chosen : await withoutItsVectors(db, chosen);
  if (!refresh) return { db, snapshot, active, refreshed: { changed: [], removed: [] } };
  const stop = defined({ signal });
  const { changed, removed } = indexFiles(db, snapshot, stop);
  if (changed.length > 0)
    await indexVectors(db, active.embedder, { ...stop, withinMs: REFRESH_MS });
  return { db, snapshot, active, refreshed: { changed, removed } };
}

/**
 * The index has vectors of another embedder than the active one: uses its latent model if it has
 * one, otherwise words alone.
 */
async function withoutItsVectors(db: Db, { embedder }: ActiveEmbedder): Promise<ActiveEmbedder> {
  const better = `The index has no vectors of ${embedder.model} yet; nocturne knowledge index computes them.`;
  const learned = await latentOf(db, { mayLearn: false });
  return learned !== undefined && agrees(db, learned)
    ? { embedder: learned, why: 'words, and vectors learned from this workspace', better }
    : { embedder: NO_EMBEDDER, why: 'words alone', better };
}

/** Which files, and which passages of them, the caller may be shown. */
export function visible(
  { workspace, scope }: Caller,
  snapshot: Snapshot,
): {
  readonly sees?: (path: string) => boolean;
  readonly shows: (passage: Pick<Passage, 'path' | 'text'>) => boolean;
} {
  const narrowed = scope !== undefined && scope.capability !== 'workspace' ? scope : undefined;
  const seen = narrowed === undefined ? snapshot : scopedSnapshot(snapshot, narrowed);
  const shows = ({ path, text }: Pick<Passage, 'path' | 'text'>): boolean => {
    if (
      decide(snapshot, { kind: 'reader' }, { kind: 'read', path }, { home: workspace.home })
        .verdict !== 'allow'
    )
      return false;
    // Of a file shared with other projects, only what this project sees.
    return (
      narrowed === undefined ||
      seen.objectsOf(path).length === 0 ||
      (seen.text(path) ?? '').includes(text)
    );
  };
  return narrowed === undefined ? { shows } : { sees: (path) => sees(narrowed, path), shows };
}
