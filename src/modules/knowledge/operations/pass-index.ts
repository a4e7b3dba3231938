/** The index for a step of a pass: not updated, with the embedder of its vectors, or none. */
import type { Snapshot, Workspace } from '../../../workspace/types.js';
import { settingsOf } from './choose-embedder.js';
import type { Db } from '../store/database.js';
import { type Embedder, NO_EMBEDDER } from '../embedders/embedder.js';
import { agrees, embedderFor, hasIndex, indexOf, releaseIndexes } from './open-index.js';

export type PassIndex = { readonly db: Db; readonly embedder: Embedder };

/** `undefined` without an index: a pass never creates one. */
export async function withIndex<T>(
  workspace: Workspace,
  snapshot: Snapshot,
  ask: (index: PassIndex) => Promise<T>,
): Promise<T | undefined> {
  if (!hasIndex(workspace.root)) return undefined;
  try {
    const db = indexOf(workspace.root);
    const { embedder } = await embedderFor(workspace.root, {
      settings: settingsOf(snapshot, { home: workspace.home }),
      env: process.env,
      progress: () => undefined,
    });
    return await ask({ db, embedder: agrees(db, embedder) ? embedder : NO_EMBEDDER });
  } finally {
    await releaseIndexes();
  }
}
