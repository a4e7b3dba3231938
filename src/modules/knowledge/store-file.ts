/** One file in the index: all of it or nothing, in one transaction. */
import { sha256 } from '../../kernel/hash.js';
import type { Chunk } from './chunk.js';
import type { Db } from './database.js';

export type IndexedFile = { readonly path: string; readonly hash: string; readonly size: number; readonly mtimeMs: number; readonly object: string | undefined; readonly status: string | undefined; /** ISO date of what it is about, or of its last change. */ readonly day: string };
/** `hash` is of what is embedded: a chunk that stays the same keeps its vector. */
export type StoredChunk = { readonly id: number; readonly hash: string; readonly embedded: string };

/** What stands for a chunk in a model: its titles and its text. */
export function embeddedText(chunk: Pick<Chunk, 'headings' | 'text'>): string {
  return chunk.headings.length === 0 ? chunk.text : `${chunk.headings.join(' > ')}\n${chunk.text}`;
}

export type FileStore = {
  put(file: IndexedFile, chunks: readonly Chunk[]): readonly StoredChunk[];
  remove(path: string): void;
};

export function fileStore(db: Db): FileStore {
  const select = db.prepare('SELECT id, headings, text, path, hash FROM chunks WHERE path = ?');
  const unword = db.prepare("INSERT INTO words (words, rowid, headings, text, path) VALUES ('delete', ?, ?, ?, ?)");
  const ungram = db.prepare("INSERT INTO grams (grams, rowid, headings, text, path) VALUES ('delete', ?, ?, ?, ?)");
  const unchunk = db.prepare('DELETE FROM chunks WHERE path = ?');
  const unvector = db.prepare('DELETE FROM vectors WHERE id = ?');
  const unfile = db.prepare('DELETE FROM files WHERE path = ?');
  const file = db.prepare('INSERT INTO files VALUES (?, ?, ?, ?, ?, ?, ?)');
  const chunk = db.prepare('INSERT INTO chunks (path, ord, line, end_line, headings, text, hash) VALUES (?, ?, ?, ?, ?, ?, ?)');
  const word = db.prepare('INSERT INTO words (rowid, headings, text, path) VALUES (?, ?, ?, ?)');
  const gram = db.prepare('INSERT INTO grams (rowid, headings, text, path) VALUES (?, ?, ?, ?)');
  const known = db.prepare('SELECT v.vector FROM chunks c JOIN vectors v ON v.id = c.id WHERE c.hash = ? LIMIT 1').pluck();
  const vector = db.prepare('INSERT INTO vectors VALUES (?, ?)');

  const clear = (path: string): void => {
    for (const row of select.all(path) as { id: number; headings: string; text: string; path: string }[]) {
      unword.run(row.id, row.headings, row.text, row.path);
      ungram.run(row.id, row.headings, row.text, row.path);
      unvector.run(row.id);
    }
    unchunk.run(path);
    unfile.run(path);
  };
  return {
    put: db.transaction((one: IndexedFile, chunks: readonly Chunk[]) => {
      const prepared = chunks.map((each) => ({ each, embedded: embeddedText(each), headings: each.headings.join(' > ') })).map((each) => ({ ...each, hash: sha256(each.embedded) }));
      const kept = new Map(prepared.map(({ hash }) => [hash, known.get(hash) as Buffer | undefined]));
      clear(one.path);
      file.run(one.path, one.hash, one.size, one.mtimeMs, one.object ?? null, one.status ?? null, one.day);
      return prepared.map(({ each, embedded, headings, hash }): StoredChunk => {
        const id = Number(chunk.run(one.path, each.ord, each.line, each.endLine, headings, each.text, hash).lastInsertRowid);
        word.run(id, headings, each.text, one.path);
        gram.run(id, headings, each.text, one.path);
        const reused = kept.get(hash);
        if (reused !== undefined) vector.run(id, reused);
        return { id, hash, embedded };
      });
    }),
    remove: db.transaction(clear),
  };
}
