/**
 * Refreshes the index after passes and people wrote: at the end of a pass, and while `watch`
 * runs. It never costs a pass more than a moment.
 */
import type { ModuleContext } from '../../../passes/module.js';
import { settingsOf } from './choose-embedder.js';
import { openKnowledge } from '../store/database.js';
import { indexWorkspace } from './index-workspace.js';
import { hasIndex, indexPath } from './open-index.js';

/**
 * What is left then is embedded the next time, or by `knowledge index`; it is found by its words at
 * once.
 */
const WITHIN_MS = 5000;

/**
 * Updates an existing index after a pass or in `watch`. Idempotent; learns no model and commits
 * nothing.
 */
export async function refreshIndex({
  workspace,
  snapshot,
  signal,
  say,
}: ModuleContext): Promise<undefined> {
  if (!hasIndex(workspace.root)) return undefined;
  const db = openKnowledge(indexPath(workspace.root));
  try {
    const { vectors, active } = await indexWorkspace(db, snapshot, {
      settings: settingsOf(snapshot, { home: workspace.home }),
      env: process.env,
      signal,
      progress: () => undefined,
      withinMs: WITHIN_MS,
      keepModel: true,
    });
    await active.embedder.close();
    if (vectors.pending > 0)
      say(
        `     knowledge: ${vectors.pending} passages wait for their vectors; nocturne knowledge index computes them`,
      );
    return undefined;
  } finally {
    db.close();
  }
}
