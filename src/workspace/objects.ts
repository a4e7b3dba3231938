/** The content-addressed store `.nocturne/objects/`, from which files can be restored. */
import {
  appendFileSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from '../kernel/files.js';
import { createHash, randomBytes } from 'node:crypto';
import { dirname, join } from 'node:path';
import { NocturneError } from '../kernel/error.js';
import { sha256 } from '../kernel/hash.js';
import { removeIfThere, removeLink, TEMP_PREFIX } from './durable.js';
import { chunksOf } from './file-content.js';
import {
  CHUNK,
  type ChunkList,
  encodeList,
  hashOfName,
  listName,
  readList,
} from './object-chunks.js';
import { listIfThere } from './read-if-there.js';
import { shownPath, within } from './root-descriptor.js';
import { errnoOf, onFile, storageError } from './storage-error.js';

export const objectsIn = (root: string): string => within(root, '.nocturne', 'objects');
export const objectPath = (root: string, hash: string): string =>
  join(objectsIn(root), hash.slice(0, 2), hash.slice(2));

const listPath = (root: string, hash: string): string => objectPath(root, listName(hash));

/** Stores bytes and returns their SHA-256. Not flushed: every reading checks the hash. */
export function putObject(root: string, bytes: Uint8Array): string {
  const hash = sha256(bytes);
  if (hasObject(root, hash, bytes.length)) return hash;
  if (bytes.length <= CHUNK) storeFile(root, hash, bytes);
  else putChunks(root, [bytes]);
  return hash;
}

/** Stores a plain file in chunks, and returns its SHA-256. @throws the error of the file system. */
export function putFile(root: string, path: string): string {
  return putChunks(root, chunksOf(path));
}

/** Stores a content that comes in parts of any size, and returns its SHA-256. */
export function putChunks(root: string, parts: Iterable<Uint8Array>): string {
  const hash = createHash('sha256');
  const chunks: string[] = [];
  let size = 0;
  for (const part of regrouped(parts)) {
    hash.update(part);
    size += part.length;
    chunks.push(putObject(root, part));
  }
  if (chunks.length === 0) return putObject(root, Buffer.alloc(0));
  const whole = hash.digest('hex');
  if (chunks.length > 1)
    storeFile(root, listName(whole), Buffer.from(encodeList({ size, chunks })));
  return whole;
}

/** Parts of the size of a chunk, the last one shorter. */
function* regrouped(parts: Iterable<Uint8Array>): Generator<Uint8Array> {
  let rest: Uint8Array = Buffer.alloc(0);
  for (const part of parts) {
    const bytes = rest.length === 0 ? part : Buffer.concat([rest, part]);
    let start = 0;
    for (; start + CHUNK <= bytes.length; start += CHUNK)
      yield bytes.subarray(start, start + CHUNK);
    rest = Buffer.from(bytes.subarray(start));
  }
  if (rest.length > 0) yield rest;
}

/** Whether the store has an object of this hash and, if it is given, of this size. */
export function hasObject(root: string, hash: string, size?: number): boolean {
  if (hasFile(objectPath(root, hash), size)) return true;
  const list = readList(listPath(root, hash));
  return (
    list !== undefined &&
    (size === undefined || list.size === size) &&
    list.chunks.every((chunk, i) =>
      hasFile(objectPath(root, chunk), Math.min(CHUNK, list.size - i * CHUNK)),
    )
  );
}

function hasFile(path: string, size: number | undefined): boolean {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  return stat?.isFile() === true && (size === undefined || stat.size === size);
}

/** Whether it is better read in pieces; false for an object that is not there. */
export function isLargeObject(root: string, hash: string): boolean {
  const stat = lstatSync(objectPath(root, hash), { throwIfNoEntry: false });
  return stat === undefined ? readList(listPath(root, hash)) !== undefined : stat.size > CHUNK;
}

/** These objects and the chunks of those that are stored in chunks. */
export function withChunks(root: string, hashes: Iterable<string>): ReadonlySet<string> {
  const all = new Set(hashes);
  for (const hash of [...all])
    for (const chunk of readList(listPath(root, hash))?.chunks ?? []) all.add(chunk);
  return all;
}

/** The content in pieces, each of which is valid until the next one. @throws as `getObject`. */
export function* objectChunks(root: string, hash: string): Generator<Buffer> {
  const list = hasFile(objectPath(root, hash), undefined)
    ? undefined
    : readList(listPath(root, hash));
  if (list === undefined) yield* chunksOf(objectPath(root, hash));
  else {
    // One buffer for all of them: memory of its own for each would wait for the collector.
    const buffer = Buffer.allocUnsafe(CHUNK);
    for (const chunk of list.chunks) yield chunkIn(root, chunk, buffer);
  }
}

function chunkIn(root: string, chunk: string, buffer: Buffer): Buffer {
  try {
    const [bytes] = chunksOf(objectPath(root, chunk), buffer);
    if (bytes !== undefined && sha256(bytes) === chunk) return bytes;
  } catch {
    // Reading it once more says what is wrong with it.
  }
  return getObject(root, chunk);
}

/**
 * A new file in the store with the content of an object, for its caller to remove.
 * @throws NocturneError as `getObject`.
 */
export function assembleObject(root: string, hash: string): string {
  const temp = join(
    objectsIn(root),
    `${TEMP_PREFIX}${process.pid}-${randomBytes(6).toString('hex')}`,
  );
  const whole = createHash('sha256');
  try {
    writeFileSync(temp, '', { mode: 0o600 });
    for (const chunk of objectChunks(root, hash)) {
      whole.update(chunk);
      appendFileSync(temp, chunk);
    }
    if (whole.digest('hex') !== hash) throw damaged(root, hash);
    return temp;
  } catch (error) {
    removeIfThere(temp);
    throw error;
  }
}

/** The bytes with this hash. @throws NocturneError `NOT_FOUND`, or `STORAGE` if damaged. */
export function getObject(root: string, hash: string): Buffer {
  const path = objectPath(root, hash);
  if (!/^[0-9a-f]{64}$/.test(hash))
    throw new NocturneError(
      'NOT_FOUND',
      `${JSON.stringify(hash)} is not a SHA-256 hash; expected 64 hex characters`,
    );
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw storageError(error, path, 'read');
    const list = readList(listPath(root, hash));
    if (list !== undefined) return joinChunks(root, hash, list);
    throw new NocturneError('NOT_FOUND', `content ${hash} is not in the object store`, {
      file: shownPath(path),
      hint: 'it was pruned, or .nocturne was deleted',
    });
  }
  if (sha256(bytes) === hash) return bytes;
  throw damaged(root, hash);
}

function joinChunks(root: string, hash: string, { chunks }: ChunkList): Buffer {
  const bytes = Buffer.concat(chunks.map((chunk) => getObject(root, chunk)));
  if (sha256(bytes) === hash) return bytes;
  throw damaged(root, hash);
}

function damaged(root: string, hash: string): NocturneError {
  const shown = shownPath(objectPath(root, hash));
  return new NocturneError('STORAGE', `the stored content ${shown} does not match its hash`, {
    file: shown,
    hint: 'remove the damaged file; the next snapshot stores it again',
  });
}

/** The files of the store, each with the hash of its object and its size in bytes. */
export function storedObjects(
  root: string,
): readonly { readonly hash: string; readonly size: number }[] {
  return storedNames(root).flatMap((name) => {
    const size = lstatSync(objectPath(root, name), { throwIfNoEntry: false })?.size;
    return size === undefined ? [] : [{ hash: hashOfName(name), size }];
  });
}

/** Removes the objects that are not in `keep`, and temporary files. Not during a snapshot. */
export function pruneObjects(root: string, keep: ReadonlySet<string>): number {
  const kept = withChunks(root, keep);
  let removed = 0;
  for (const name of storedNames(root))
    if (!kept.has(hashOfName(name)) && removeIfThere(objectPath(root, name))) removed++;
  for (const name of listIfThere(objectsIn(root)))
    if (name.startsWith(TEMP_PREFIX)) removeIfThere(join(objectsIn(root), name));
  return removed;
}

/** Writes a file of the store. */
export function storeFile(root: string, name: string, bytes: Uint8Array): void {
  const path = objectPath(root, name);
  // Creating files in one directory costs a fifth of creating them in 256 directories.
  const temp = join(objectsIn(root), `${TEMP_PREFIX}${process.pid}-${name}`);
  removeLink(dirname(path));
  try {
    writeFileSync(temp, bytes, { mode: 0o600 });
    renameSync(temp, path);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') {
      removeIfThere(temp);
      throw storageError(error, path, 'store');
    }
    onFile(path, 'store', () => {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(temp, bytes, { mode: 0o600 });
      renameSync(temp, path);
    });
  }
}

/** The names of the files of the store. */
export function storedNames(root: string): string[] {
  const directory = objectsIn(root);
  return listIfThere(directory)
    .filter((name) => /^[0-9a-f]{2}$/.test(name))
    .flatMap((name) => listIfThere(join(directory, name)).map((rest) => name + rest));
}
