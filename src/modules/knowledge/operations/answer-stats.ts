/** What the index contains, and which embedder is active. */
import { statSync } from '../../../kernel/files.js';
import { defined } from '../../../kernel/defined.js';
import { plural } from '../../../kernel/words.js';
import type { ToolAnswer } from '../../../tools/tool.js';
import { statText } from '../../../workspace/file-stat.js';
import { settingsOf } from './choose-embedder.js';
import { readMeta } from '../store/database.js';
import { type Caller, wholeSnapshot } from './caller.js';
import { isKnowledge } from '../store/index-files.js';
import { agrees, embedderFor, indexOf, indexPath } from './open-index.js';

export async function answerStats(caller: Caller): Promise<ToolAnswer> {
  const { workspace, env, progress } = caller;
  const snapshot = wholeSnapshot(caller);
  const db = indexOf(workspace.root);
  const active = await embedderFor(workspace.root, {
    settings: settingsOf(snapshot, { home: workspace.home }),
    env,
    progress,
  });
  const count = (sql: string): number => db.prepare(sql).pluck().get() as number;
  const indexed = new Map(
    (
      db.prepare('SELECT path, stat, hash FROM files').all() as {
        path: string;
        stat: string;
        hash: string;
      }[]
    ).map((row) => [row.path, row]),
  );
  const entries = [...snapshot.files.values()].filter((entry) => isKnowledge(snapshot, entry));
  const waiting = entries.filter((entry) => {
    const row = indexed.get(entry.path);
    return row?.stat !== statText(entry) && row?.hash !== snapshot.hash(entry.path);
  }).length;
  const gone = [...indexed.keys()].filter(
    (path) => !entries.some((entry) => entry.path === path),
  ).length;
  const passages = count('SELECT count(*) FROM chunks');
  const embedded =
    active.embedder.kind !== 'none' && agrees(db, active.embedder)
      ? count('SELECT count(*) FROM vectors')
      : 0;
  const bytes = statSync(indexPath(workspace.root)).size;
  const data = {
    files: indexed.size,
    passages,
    embedded,
    waitingFiles: waiting,
    goneFiles: gone,
    bytes,
    embedder: active.embedder.kind,
    model: active.embedder.model,
    dimensions: active.embedder.dimensions,
    indexModel: readMeta(db, 'model') ?? '',
    searchedBy: active.why,
    ...defined({ better: active.better }),
  };
  const text = [
    `${plural(indexed.size, 'file')}, ${plural(passages, 'passage')}, ${embedded} with a vector; ${(bytes / 1e6).toFixed(1)} MB.`,
    waiting + gone === 0
      ? 'Everything is indexed.'
      : `${plural(waiting, 'file waits', 'files wait')} to be indexed, ${plural(gone, 'file', 'files')} no longer exist. The next search or nocturne knowledge index updates the index.`,
    `Search is by ${active.why}.`,
    ...(agrees(db, active.embedder)
      ? []
      : [
          `The index has vectors of ${readMeta(db, 'model') ?? 'no model'}; nocturne knowledge index makes those of ${active.embedder.model}.`,
        ]),
    ...(active.better === undefined ? [] : [active.better]),
  ].join('\n');
  return { text, data };
}
