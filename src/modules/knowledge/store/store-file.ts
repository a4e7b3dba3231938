/** Writes one file to the index, in one transaction. */
import { sha256 } from '../../../kernel/hash.js';
import type { Chunk } from './chunk.js';
import { type Db, nextGeneration } from './database.js';
import { nameText, wordText } from './search-text.js';
import { binaryCode } from './binary-code.js';
import { vectorOf } from './vector-bytes.js';

export type IndexedFile = {
  readonly path: string;
  readonly hash: string;
  /** Size, times and inode; empty if they could stay the same after another change. */
  readonly stat: string;
  /** ISO date. */
  readonly day: string;
};

/** The text that a model sees: headings and text. */
export function embeddedText(chunk: Pick<Chunk, 'headings' | 'text'>): string {
  return chunk.headings.length === 0 ? chunk.text : `${chunk.headings.join(' > ')}\n${chunk.text}`;
}

/** Names of the objects whose records overlap the passage, and the status of the first. */
export type Columns = { readonly object: string; readonly status: string };
export type FiledChunk = Chunk & Columns;

export type FileStore = {
  put(file: IndexedFile, chunks: readonly FiledChunk[]): void;
  /** Only the file's times changed. */
  touch(path: string, stat: string): void;
  remove(path: string): void;
};

/** A chunk keeps its vector if the same text was indexed before, in any file. */
export function fileStore(db: Db): FileStore {
  const clear = clearer(db);
  const fill = filler(db);
  const vectorOfText = db
    .prepare('SELECT v.vector FROM chunks c JOIN vectors v ON v.id = c.id WHERE c.hash = ? LIMIT 1')
    .pluck();
  const touched = db.prepare('UPDATE files SET stat = ? WHERE path = ?');
  return {
    put: db.transaction((file: IndexedFile, chunks: readonly FiledChunk[]) => {
      const hashed = chunks.map((chunk) => ({ chunk, hash: sha256(embeddedText(chunk)) }));
      const vectors = new Map(
        hashed.map(({ hash }) => [hash, vectorOfText.get(hash) as Buffer | undefined]),
      );
      clear(file.path);
      fill(
        file,
        hashed.map(({ chunk, hash }) => ({ chunk, hash, vector: vectors.get(hash) })),
      );
    }),
    touch: (path, stat) => void touched.run(stat, path),
    remove: db.transaction(clear),
  };
}

function clearer(db: Db): (path: string) => void {
  const ids = db.prepare('SELECT id FROM chunks WHERE path = ?').pluck();
  const ofChunk = [
    'DELETE FROM words WHERE rowid = ?',
    'DELETE FROM grams WHERE rowid = ?',
    'DELETE FROM vectors WHERE id = ?',
    'DELETE FROM codes WHERE id = ?',
  ].map((sql) => db.prepare(sql));
  const ofPath = ['DELETE FROM chunks WHERE path = ?', 'DELETE FROM files WHERE path = ?'].map(
    (sql) => db.prepare(sql),
  );
  return (path) => {
    for (const id of ids.all(path) as number[]) for (const sql of ofChunk) sql.run(id);
    for (const sql of ofPath) sql.run(path);
    nextGeneration(db);
  };
}

type Hashed = {
  readonly chunk: FiledChunk;
  readonly hash: string;
  readonly vector: Buffer | undefined;
};

function filler(db: Db): (file: IndexedFile, chunks: readonly Hashed[]) => void {
  const insertFile = db.prepare('INSERT INTO files VALUES (?, ?, ?, ?)');
  const insertChunk = db.prepare(
    'INSERT INTO chunks (path, ord, line, end_line, headings, text, hash, object, status) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
  );
  const word = db.prepare('INSERT INTO words (rowid, headings, text, path) VALUES (?, ?, ?, ?)');
  const gram = db.prepare('INSERT INTO grams (rowid, names) VALUES (?, ?)');
  const insertVector = db.prepare('INSERT INTO vectors VALUES (?, ?)');
  const insertCode = db.prepare('INSERT INTO codes VALUES (?, ?)');
  return ({ path, hash: fileHash, stat, day }, chunks) => {
    insertFile.run(path, fileHash, stat, day);
    for (const { chunk, hash, vector } of chunks) {
      const { ord, line, endLine, text, object, status } = chunk;
      const headings = chunk.headings.join(' > ');
      const values = [path, ord, line, endLine, headings, text, hash, object, status];
      const id = Number(insertChunk.run(...values).lastInsertRowid);
      word.run(id, wordText(headings), wordText(text), wordText(path));
      gram.run(id, nameText(`${headings}\n${text}\n${path}`));
      if (vector === undefined) continue;
      insertVector.run(id, vector);
      insertCode.run(id, Buffer.from(binaryCode(vectorOf(vector)).buffer));
    }
  };
}
