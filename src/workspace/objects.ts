/** The content-addressed store `.nocturne/objects/`, from which files can be restored. */
import {
  chmodSync,
  constants,
  copyFileSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from '../kernel/files.js';
import { randomBytes } from 'node:crypto';
import { dirname, join } from 'node:path';
import { defined } from '../kernel/defined.js';
import { NocturneError } from '../kernel/error.js';
import { sha256 } from '../kernel/hash.js';
import { removeIfThere, removeLink, TEMP_PREFIX } from './durable.js';
import { hashOfFile, MOST_READ } from './file-content.js';
import { bootId } from './process-identity.js';
import { listIfThere, readIfThere } from './read-if-there.js';
import { shownPath, within } from './root-descriptor.js';
import { errnoOf, onFile, storageError } from './storage-error.js';
import type { FileEntry } from './types.js';

const CHECKED = '.checked';

/** What was at a path. `hash`: of the content or of a link's target; empty for `other`. */
export type StoredEntry = {
  readonly kind: FileEntry['kind'];
  readonly hash: string;
  readonly mode: number;
  readonly target?: string;
};
export type StoredTree = ReadonlyMap<string, StoredEntry>;
export type SnapshotSource = {
  /** The hash of a file, if known; then the file is read only if the store lacks it. */
  readonly hashOf?: (path: string) => string | undefined;
};

const objectsIn = (root: string): string => within(root, '.nocturne', 'objects');
export const objectPath = (root: string, hash: string): string =>
  join(objectsIn(root), hash.slice(0, 2), hash.slice(2));

/** Stores bytes and returns their SHA-256. Not flushed: every reading checks the hash. */
export function putObject(root: string, bytes: Uint8Array): string {
  const hash = sha256(bytes);
  if (lstatSync(objectPath(root, hash), { throwIfNoEntry: false })?.size !== bytes.length)
    store(root, hash, bytes);
  return hash;
}

/** Stores a plain file in chunks, and returns its SHA-256. @throws the error of the file system. */
export function putFile(root: string, path: string): string {
  const temp = join(
    objectsIn(root),
    `${TEMP_PREFIX}${process.pid}-${randomBytes(6).toString('hex')}`,
  );
  mkdirSync(objectsIn(root), { recursive: true });
  try {
    copyFileSync(path, temp, constants.COPYFILE_FICLONE);
    // The copy is hashed, because the file may change.
    const hash = hashOfFile(temp);
    chmodSync(temp, 0o600);
    removeLink(dirname(objectPath(root, hash)));
    mkdirSync(dirname(objectPath(root, hash)), { recursive: true });
    renameSync(temp, objectPath(root, hash));
    return hash;
  } catch (error) {
    removeIfThere(temp);
    throw error;
  }
}

/** Whether the store has an object of this hash and, if it is given, of this size. */
export function hasObject(root: string, hash: string, size?: number): boolean {
  const stat = lstatSync(objectPath(root, hash), { throwIfNoEntry: false });
  return stat?.isFile() === true && (size === undefined || stat.size === size);
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
    throw new NocturneError('NOT_FOUND', `content ${hash} is not in the object store`, {
      file: shownPath(path),
      hint: 'it was pruned, or .nocturne was deleted',
    });
  }
  if (sha256(bytes) === hash) return bytes;
  throw new NocturneError(
    'STORAGE',
    `the stored content ${shownPath(path)} does not match its hash`,
    {
      file: shownPath(path),
      hint: 'remove the damaged file; the next snapshot stores it again',
    },
  );
}

/** Stores the content of every file, unless the store has it. Skips files that disappear. */
export function snapshotTree(
  root: string,
  entries: Iterable<FileEntry>,
  source: SnapshotSource = {},
): StoredTree {
  const stored = new Set(storedHashes(root));
  const checkSizes = !sizesChecked(root);
  const tree = new Map<string, StoredEntry>();
  for (const entry of entries) {
    const storedEntry = keep(root, entry, {
      stored,
      checkSizes,
      knownHash: source.hashOf?.(entry.path),
    });
    if (storedEntry !== undefined) tree.set(entry.path, storedEntry);
  }
  if (checkSizes) markSizesChecked(root);
  return tree;
}

/** Every object, with its size in bytes. */
export function storedObjects(
  root: string,
): readonly { readonly hash: string; readonly size: number }[] {
  return storedHashes(root).flatMap((hash) => {
    const size = lstatSync(objectPath(root, hash), { throwIfNoEntry: false })?.size;
    return size === undefined ? [] : [{ hash, size }];
  });
}

/** Removes the objects that are not in `keep`, and temporary files. Not during a snapshot. */
export function pruneObjects(root: string, keep: ReadonlySet<string>): number {
  let removed = 0;
  for (const hash of storedHashes(root))
    if (!keep.has(hash) && removeIfThere(objectPath(root, hash))) removed++;
  for (const name of listIfThere(objectsIn(root)))
    if (name.startsWith(TEMP_PREFIX)) removeIfThere(join(objectsIn(root), name));
  return removed;
}

type KeepOptions = {
  readonly stored: Set<string>;
  readonly checkSizes: boolean;
  readonly knownHash: string | undefined;
};

function keep(
  root: string,
  entry: FileEntry,
  { stored, checkSizes, knownHash }: KeepOptions,
): StoredEntry | undefined {
  const { kind, mode, target } = entry;
  if (kind === 'symlink') return { kind, mode, hash: sha256(target ?? ''), ...defined({ target }) };
  if (kind === 'other') return { kind, mode, hash: '' };
  if (
    knownHash !== undefined &&
    isStored(root, { hash: knownHash, size: entry.size, stored, checkSizes })
  )
    return { kind, mode, hash: knownHash };
  const path = within(root, entry.path);
  if (entry.size > MOST_READ) return { kind, mode, hash: putFile(root, path) };
  const bytes = readIfThere(path);
  if (bytes === undefined) return undefined;
  const hash = sha256(bytes);
  if (!isStored(root, { hash, size: bytes.length, stored, checkSizes })) {
    store(root, hash, bytes);
    stored.add(hash);
  }
  return { kind, mode, hash };
}

function isStored(
  root: string,
  options: {
    readonly hash: string;
    readonly size: number;
    readonly stored: ReadonlySet<string>;
    readonly checkSizes: boolean;
  },
): boolean {
  if (!options.stored.has(options.hash)) return false;
  return (
    !options.checkSizes ||
    lstatSync(objectPath(root, options.hash), { throwIfNoEntry: false })?.size === options.size
  );
}

function store(root: string, hash: string, bytes: Uint8Array): void {
  const path = objectPath(root, hash);
  // Creating files in one directory costs a fifth of creating them in 256 directories.
  const temp = join(objectsIn(root), `${TEMP_PREFIX}${process.pid}-${hash}`);
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

function storedHashes(root: string): string[] {
  const directory = objectsIn(root);
  return listIfThere(directory)
    .filter((name) => /^[0-9a-f]{2}$/.test(name))
    .flatMap((name) => listIfThere(join(directory, name)).map((rest) => name + rest));
}

/** Objects are not flushed, so a power cut can truncate them: sizes are checked after a boot. */
function sizesChecked(root: string): boolean {
  const boot = bootId();
  return boot !== '' && readIfThere(join(objectsIn(root), CHECKED))?.toString() === boot;
}

function markSizesChecked(root: string): void {
  const path = join(objectsIn(root), CHECKED);
  onFile(path, 'write', () => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, bootId());
  });
}
