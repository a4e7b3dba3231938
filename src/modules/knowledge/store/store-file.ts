/** One file in the index: all of it or nothing, in one transaction. */
import { sha256 } from '../../../kernel/hash.js';
import type { Chunk } from './chunk.js';
import { type Db, nextGeneration } from './database.js';
import { nameText, wordText } from './search-text.js';
import { signsOf } from './signs.js';
import { vectorOf } from './vector-bytes.js';

export type IndexedFile = {
  readonly path: string;
  readonly hash: string;
  /**
   * Size, times and inode when it was read; empty where these could stay the same with another
   * content.
   */
  readonly stat: string;
  /** ISO date of what it is about, or of its last change. */
  readonly day: string;
};

/** What stands for a chunk in a model: its titles and its text. */
export function embeddedText(chunk: Pick<Chunk, 'headings' | 'text'>): string {
  return chunk.headings.length === 0 ? chunk.text : `${chunk.headings.join(' > ')}\n${chunk.text}`;
}

/**
 * Names of the object kinds whose records stand there, and the status of the one record that it is
 * part of.
 */
export type Columns = { readonly object: string; readonly status: string };
export type FiledChunk = Chunk & Columns;

export type FileStore = {
  put(file: IndexedFile, chunks: readonly FiledChunk[]): void;
  /** The content is as it was, the file's times are not. */
  touch(path: string, stat: string): void;
  remove(path: string): void;
};

/** A chunk whose text was known before, in whichever file, keeps its vector. */
export function fileStore(db: Db): FileStore {
  const ids = db.prepare('SELECT id FROM chunks WHERE path = ?').pluck();
  const unword = db.prepare('DELETE FROM words WHERE rowid = ?');
  const ungram = db.prepare('DELETE FROM grams WHERE rowid = ?');
  const unchunk = db.prepare('DELETE FROM chunks WHERE path = ?');
  const unvector = db.prepare('DELETE FROM vectors WHERE id = ?');
  const unfile = db.prepare('DELETE FROM files WHERE path = ?');
  const file = db.prepare('INSERT INTO files VALUES (?, ?, ?, ?)');
  const touched = db.prepare('UPDATE files SET stat = ? WHERE path = ?');
  const chunk = db.prepare(
    'INSERT INTO chunks (path, ord, line, end_line, headings, text, hash, object, status) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
  );
  const word = db.prepare('INSERT INTO words (rowid, headings, text, path) VALUES (?, ?, ?, ?)');
  const gram = db.prepare('INSERT INTO grams (rowid, names) VALUES (?, ?)');
  const known = db
    .prepare('SELECT v.vector FROM chunks c JOIN vectors v ON v.id = c.id WHERE c.hash = ? LIMIT 1')
    .pluck();
  const vector = db.prepare('INSERT INTO vectors VALUES (?, ?)');
  const signs = db.prepare('INSERT INTO signs VALUES (?, ?)');
  const unsigns = db.prepare('DELETE FROM signs WHERE id = ?');

  const clear = (path: string): void => {
    for (const id of ids.all(path) as number[]) {
      unword.run(id);
      ungram.run(id);
      unvector.run(id);
      unsigns.run(id);
    }
    unchunk.run(path);
    unfile.run(path);
    nextGeneration(db);
  };
  return {
    put: db.transaction((one: IndexedFile, chunks: readonly FiledChunk[]) => {
      const prepared = chunks.map((each) => ({
        each,
        headings: each.headings.join(' > '),
        hash: sha256(embeddedText(each)),
      }));
      const kept = new Map(
        prepared.map(({ hash }) => [hash, known.get(hash) as Buffer | undefined]),
      );
      clear(one.path);
      file.run(one.path, one.hash, one.stat, one.day);
      for (const { each, headings, hash } of prepared) {
        const id = Number(
          chunk.run(
            one.path,
            each.ord,
            each.line,
            each.endLine,
            headings,
            each.text,
            hash,
            each.object,
            each.status,
          ).lastInsertRowid,
        );
        word.run(id, wordText(headings), wordText(each.text), wordText(one.path));
        gram.run(id, nameText(`${headings}\n${each.text}\n${one.path}`));
        const reused = kept.get(hash);
        if (reused === undefined) continue;
        vector.run(id, reused);
        signs.run(id, Buffer.from(signsOf(vectorOf(reused)).buffer));
      }
    }),
    touch: (path, stat) => void touched.run(stat, path),
    remove: db.transaction(clear),
  };
}
