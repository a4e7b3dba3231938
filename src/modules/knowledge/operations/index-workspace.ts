/** Updates the index: files first, so that their words are found at once, then vectors. */
import { defined } from '../../../kernel/defined.js';
import type { Snapshot } from '../../../workspace/types.js';
import type { AddedCommandContext } from '../../../passes/added-command.js';
import { chooseEmbedder, type Choosing, type ActiveEmbedder } from './choose-embedder.js';
import type { Db } from '../store/database.js';
import { indexFiles, type FilesReport } from '../store/index-files.js';
import { indexVectors, type VectorsReport } from '../store/index-vectors.js';

/** Of the terminal. */
export type Bar = NonNullable<AddedCommandContext['bar']>;

export type IndexReport = {
  readonly files: FilesReport;
  readonly vectors: VectorsReport;
  readonly active: ActiveEmbedder;
  readonly ms: number;
};
export type IndexOptions = Omit<Choosing, 'db' | 'mayLearn'> & {
  readonly withinMs?: number;
  /** Missing where there is no terminal: then there are lines of progress. */
  readonly bar?: Bar;
  /** Keeps the latent model, however much is new. */
  readonly keepModel?: boolean;
};

const PROGRESS_EVERY_MS = 1000;

/** @param snapshot of everything, not of what one pass sees. Resumable. */
export async function indexWorkspace(
  db: Db,
  snapshot: Snapshot,
  options: IndexOptions,
): Promise<IndexReport> {
  const start = performance.now();
  const { signal, progress, withinMs, bar } = options;
  const report = rarely(progress);
  const show = (label: string, done: number, total: number): void => {
    if (bar === undefined) report(`${done} of ${total} ${label}`);
    else bar(`Indexing ${label}`, { done, total });
  };
  const files = indexFiles(db, snapshot, {
    ...defined({ signal }),
    onProgress: (done, total) => show('files', done, total),
  });
  const active = await chooseEmbedder({ ...options, db, mayLearn: options.keepModel !== true });
  const vectors = await indexVectors(db, active.embedder, {
    ...defined({ signal, withinMs }),
    onProgress: (done, total) => show('passages', done, total),
  });
  if (vectors.replaced !== undefined)
    progress(
      `Vectors of the model ${vectors.replaced} were computed again with ${active.embedder.model}.`,
    );
  // Otherwise the WAL file keeps the size of the first index.
  if (files.changed.length + vectors.embedded > 0) db.pragma('wal_checkpoint(TRUNCATE)');
  return { files, vectors, active, ms: performance.now() - start };
}

/** At most one line a second. */
function rarely(progress: (line: string) => void): (line: string) => void {
  let last = performance.now();
  return (line) => {
    if (performance.now() - last < PROGRESS_EVERY_MS) return;
    last = performance.now();
    progress(line);
  };
}
