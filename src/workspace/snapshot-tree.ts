/** Puts a whole tree into the object store, so that every file of it can be restored. */
import { mkdirSync, writeFileSync } from '../kernel/files.js';
import { dirname, join } from 'node:path';
import { defined } from '../kernel/defined.js';
import { sha256 } from '../kernel/hash.js';
import { CHUNK, hashOfName } from './object-chunks.js';
import { hasObject, objectsIn, putFile, storedNames, storeFile } from './objects.js';
import { bootId } from './process-identity.js';
import { readIfThere } from './read-if-there.js';
import { within } from './root-descriptor.js';
import { errnoOf, onFile } from './storage-error.js';
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

/** Stores the content of every file, unless the store has it. Skips files that disappear. */
export function snapshotTree(
  root: string,
  entries: Iterable<FileEntry>,
  source: SnapshotSource = {},
): StoredTree {
  const stored = new Set(storedNames(root).map(hashOfName));
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
  if (entry.size > CHUNK) return keepLarge(root, entry, path);
  const bytes = readIfThere(path);
  if (bytes === undefined) return undefined;
  const hash = sha256(bytes);
  if (!isStored(root, { hash, size: bytes.length, stored, checkSizes })) {
    storeFile(root, hash, bytes);
    stored.add(hash);
  }
  return { kind, mode, hash };
}

/** In chunks: only those that are new are written. */
function keepLarge(root: string, entry: FileEntry, path: string): StoredEntry | undefined {
  try {
    return { kind: entry.kind, mode: entry.mode, hash: putFile(root, path) };
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
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
  return !options.checkSizes || hasObject(root, options.hash, options.size);
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
