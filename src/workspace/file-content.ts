/**
 * Contents of files without reading large ones into memory: in chunks, and only plain files.
 */
import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readSync } from '../kernel/files.js';
import { NocturneError } from '../kernel/error.js';
import { CHUNK } from './object-chunks.js';
import { errnoOf } from './storage-error.js';

/** Bytes. A larger file that holds no records is judged and stored in chunks, never as a whole. */
export const MOST_READ = 64 * 1024 * 1024;

/** Bytes. A file may grow while it is read. */
const SMALLEST = 4096;

/**
 * The chunks of a plain file; each is only valid until the next one. A link or a pipe that took its
 * place is refused.
 * @param buffer to read into, for a caller that reads many files.
 * @throws the error of the file system, or NocturneError `UNREADABLE`.
 */
export function* chunksOf(path: string, buffer?: Buffer): Generator<Buffer> {
  const descriptor = openSync(
    path,
    constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK,
  );
  try {
    const stats = fstatSync(descriptor);
    if (!stats.isFile())
      throw new NocturneError('UNREADABLE', `${path} is not a plain file`, { file: path });
    const chunk = buffer ?? Buffer.allocUnsafe(Math.min(CHUNK, Math.max(SMALLEST, stats.size)));
    for (;;) {
      const length = readSync(descriptor, chunk, 0, chunk.length, null);
      if (length === 0) return;
      yield chunk.subarray(0, length);
    }
  } finally {
    closeSync(descriptor);
  }
}

/** The whole of a plain file. @throws as `chunksOf`. */
export function readPlainFile(path: string): Buffer {
  return joined(chunksOf(path));
}

/** @param chunks each may be valid only until the next one. */
export function joined(chunks: Iterable<Buffer>): Buffer {
  const copies: Buffer[] = [];
  for (const chunk of chunks) copies.push(Buffer.from(chunk));
  return Buffer.concat(copies);
}

/** The SHA-256 of a plain file. @throws as `chunksOf`. */
export function hashOfFile(path: string): string {
  return hashOfChunks(chunksOf(path));
}

export function hashOfChunks(chunks: Iterable<Buffer>): string {
  const hash = createHash('sha256');
  for (const chunk of chunks) hash.update(chunk);
  return hash.digest('hex');
}

/** `undefined` if there is no plain file that can be read. */
export function hashIfThere(path: string): string | undefined {
  return ifPlain(() => hashOfFile(path));
}

/** `undefined` if there is no plain file that can be read. */
export function readIfPlain(path: string): Buffer | undefined {
  return ifPlain(() => readPlainFile(path));
}

function ifPlain<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof NocturneError || errnoOf(error) !== undefined) return undefined;
    throw error;
  }
}
