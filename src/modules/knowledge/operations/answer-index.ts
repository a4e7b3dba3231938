/**
 * The index brought up to date, and what was done said in a sentence; for every caller.
 */
import { defined } from '../../../kernel/defined.js';
import { plural } from '../../../kernel/words.js';
import type { ToolAnswer } from '../../../tools/tool.js';
import { settingsOf } from './choose-embedder.js';
import { remake } from '../store/database.js';
import { type Caller, wholeSnapshot } from './caller.js';
import { indexWorkspace } from './index-workspace.js';
import { indexOf } from './open-index.js';

export async function answerIndex(
  caller: Caller,
  {
    embedder,
    full = false,
  }: { readonly embedder?: string | undefined; readonly full?: boolean } = {},
): Promise<ToolAnswer> {
  const { workspace, env, progress, signal, bar } = caller;
  const snapshot = wholeSnapshot(caller);
  const db = indexOf(workspace.root, { make: true });
  if (full) remake(db);
  const { files, vectors, active, ms } = await indexWorkspace(db, snapshot, {
    settings: settingsOf(snapshot, { home: workspace.home, flag: embedder }),
    env,
    progress,
    ...defined({ signal, bar }),
  });
  await active.embedder.close();
  const passages = db.prepare('SELECT count(*) FROM chunks').pluck().get() as number;
  const text = [
    `${plural(files.files, 'file')}, ${plural(passages, 'passage')}; ${plural(files.changed.length, 'file')} indexed, ${files.removed.length} removed, ${plural(vectors.embedded, 'passage')} embedded, in ${(ms / 1000).toFixed(1)} s.`,
    `Search is by ${active.why}.`,
    ...(vectors.pending === 0
      ? []
      : [
          `${plural(vectors.pending, 'passage has', 'passages have')} no vector yet; index again to continue.`,
        ]),
    ...(active.better === undefined ? [] : [active.better]),
  ].join('\n');
  return {
    text,
    data: {
      files: files.files,
      passages,
      indexed: files.changed.length,
      removed: files.removed.length,
      embedded: vectors.embedded,
      pending: vectors.pending,
      ...defined({ replaced: vectors.replaced }),
      embedder: active.embedder.kind,
      model: active.embedder.model,
      searchedBy: active.why,
    },
  };
}
