/** The content of a file before or after a pass, which is read only when it is asked for. */
import { NocturneError } from '../../kernel/error.js';
import { sha256 } from '../../kernel/hash.js';
import {
  chunksOf,
  hashOfChunks,
  hashOfFile,
  joined,
  MOST_READ,
  readPlainFile,
} from '../../workspace/file-content.js';
import { putChunks, putFile, putObject } from '../../workspace/objects.js';
import { ensureObject, soundChunks, soundObject } from '../../workspace/object-replicas.js';
import type { StoredContent, Workspace } from '../../workspace/types.js';

/** Bytes. A pass may leave thousands of files, so larger ones are read again when needed. */
const MOST_KEPT = 4096;

/** `size` in bytes. */
export type Content = StoredContent & {
  readonly size: number;
  readonly chunks: () => Iterable<Buffer>;
  /** Puts it into the object store. */
  readonly store: () => void;
};

export function isLarge(content: Content | undefined): boolean {
  return content !== undefined && content.size > MOST_READ;
}

/** A plain file on the disk. @throws the error of the file system if it cannot be read. */
export function fileContent(root: string, path: string, size: number): Content {
  if (size > MOST_READ)
    return {
      hash: hashOfFile(path),
      size,
      bytes: () => tooLarge(path),
      chunks: () => chunksOf(path),
      store: () => void putFile(root, path),
    };
  if (size <= MOST_KEPT) return bytesContent(root, readPlainFile(path));
  const hash = hashOfFile(path);
  const bytes = (): Buffer => readAgain(path, hash);
  return {
    hash,
    size,
    bytes,
    chunks: () => [bytes()],
    store: () => void putObject(root, bytes()),
  };
}

function readAgain(path: string, hash: string): Buffer {
  const bytes = readPlainFile(path);
  if (sha256(bytes) === hash) return bytes;
  throw new NocturneError('UNREADABLE', `${path} changes while it is judged`, { file: path });
}

/** An object of the store. */
export function objectContent(workspace: Workspace, hash: string, size: number): Content {
  return {
    hash,
    size,
    bytes: () => (size > MOST_READ ? tooLarge(hash) : soundObject(workspace, hash)),
    chunks: () => soundChunks(workspace, hash),
    store: () => ensureObject(workspace, hash),
  };
}

export function bytesContent(root: string, bytes: Buffer): Content {
  return {
    hash: sha256(bytes),
    size: bytes.length,
    bytes: () => bytes,
    chunks: () => [bytes],
    store: () => void putObject(root, bytes),
  };
}

/** A log with more rows at its end, which is hashed when its hash is asked for. */
export function extendedContent(root: string, before: Content | undefined, more: Buffer): Content {
  const size = (before?.size ?? 0) + more.length;
  const chunks = function* (): Generator<Buffer> {
    if (before !== undefined) yield* before.chunks();
    yield more;
  };
  let hash: string | undefined;
  return {
    get hash() {
      return (hash ??= hashOfChunks(chunks()));
    },
    size,
    bytes: () => (size > MOST_READ ? tooLarge('a log') : joined(chunks())),
    chunks,
    store: () => void putChunks(root, chunks()),
  };
}

function tooLarge(what: string): never {
  throw new NocturneError('INTERNAL', `${what} is too large to be read as a whole`);
}
