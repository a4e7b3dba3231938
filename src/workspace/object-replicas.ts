/**
 * Replicas, in the state directory, of the objects that the running pass may have to restore, in
 * case an agent destroys `.nocturne`.
 */
import { constants, copyFileSync, lstatSync, mkdirSync, rmSync } from '../kernel/files.js';
import { dirname, join } from 'node:path';
import { NocturneError } from '../kernel/error.js';
import { removeLink } from './durable.js';
import { hashIfThere, hashOfChunks } from './file-content.js';
import { hashOfName, isListName, listName, readList } from './object-chunks.js';
import { getObject, objectChunks, objectPath, putFile, withChunks } from './objects.js';
import { listIfThere } from './read-if-there.js';
import { onFile } from './storage-error.js';

const FOLDER = 'spare-objects';
const NAME = /^[0-9a-f]{64}(?:\.chunks)?$/;
type Place = { readonly root: string; readonly state: string };

/** Keeps replicas of exactly these objects, which the store must have. */
export function keepReplicas({ root, state }: Place, hashes: Iterable<string>): void {
  const folder = join(state, FOLDER);
  const wanted = namesOf(root, hashes);
  const there = new Set(names(folder));
  onFile(folder, 'store', () => mkdirSync(folder, { recursive: true, mode: 0o700 }));
  for (const name of there) if (!wanted.has(name)) rmSync(join(folder, name), { force: true });
  for (const name of wanted) if (!there.has(name)) replicate(root, folder, name);
}

/** The files of the store that hold these objects. */
function namesOf(root: string, hashes: Iterable<string>): ReadonlySet<string> {
  const isThere = (name: string): boolean => sizeOf(objectPath(root, name)) !== undefined;
  return new Set(
    [...withChunks(root, hashes)].map((hash) =>
      !isThere(hash) && isThere(listName(hash)) ? listName(hash) : hash,
    ),
  );
}

function replicate(root: string, folder: string, name: string): void {
  onFile(join(folder, name), 'store', () =>
    copyFileSync(objectPath(root, name), join(folder, name), constants.COPYFILE_FICLONE),
  );
}

/** The hashes of the objects that have a replica. */
export function replicaHashes(state: string): readonly string[] {
  return names(join(state, FOLDER)).map(hashOfName);
}

/** Adds one replica while the pass runs. */
export function addReplica({ root, state }: Place, hash: string): void {
  const folder = join(state, FOLDER);
  onFile(folder, 'store', () => mkdirSync(folder, { recursive: true, mode: 0o700 }));
  for (const name of namesOf(root, [hash])) replicate(root, folder, name);
}

/** Restores objects that are missing or have another size, and returns how many. */
export function repairObjects(place: Place): number {
  const folder = join(place.state, FOLDER);
  return names(folder).filter(
    (name) =>
      sizeOf(objectPath(place.root, name)) !== sizeOf(join(folder, name)) &&
      repairFile(place, name),
  ).length;
}

/** The bytes with this hash, repaired from the replica if needed. @throws as `getObject`. */
export function soundObject(place: Place, hash: string): Buffer {
  try {
    return getObject(place.root, hash);
  } catch (error) {
    if (!(error instanceof NocturneError) || !repair(place, hash)) throw error;
    return getObject(place.root, hash);
  }
}

/** The same content piece by piece. @throws as `getObject`. */
export function* soundChunks(place: Place, hash: string): Generator<Buffer> {
  ensureObject(place, hash);
  yield* objectChunks(place.root, hash);
}

/** Makes sure that the store has the object, unspoiled. @throws as `getObject`. */
export function ensureObject(place: Place, hash: string): void {
  if (!isSound(place.root, hash) && !repair(place, hash)) getObject(place.root, hash);
}

function isSound(root: string, hash: string): boolean {
  try {
    return hashOfChunks(objectChunks(root, hash)) === hash;
  } catch {
    return false;
  }
}

/** Returns false without a replica that matches its hash. */
function repair(place: Place, hash: string): boolean {
  const list = readList(join(place.state, FOLDER, listName(hash)));
  if (list === undefined) return repairFile(place, hash);
  repairFile(place, listName(hash));
  const isSound = (chunk: string): boolean => hashIfThere(objectPath(place.root, chunk)) === chunk;
  return list.chunks.every((chunk) => isSound(chunk) || repairFile(place, chunk));
}

/** A list is only believed where its chunks have the hash together, which every reading checks. */
function repairFile({ root, state }: Place, name: string): boolean {
  const replica = join(state, FOLDER, name);
  const [path, size] = [objectPath(root, name), sizeOf(replica)];
  if (!NAME.test(name) || size === undefined) return false;
  if (isListName(name) ? readList(replica) === undefined : hashIfThere(replica) !== name)
    return false;
  removeLink(dirname(path));
  rmSync(path, { force: true, recursive: true });
  if (!isListName(name)) putFile(root, replica);
  else
    onFile(path, 'store', () => {
      mkdirSync(dirname(path), { recursive: true });
      copyFileSync(replica, path);
    });
  return true;
}

function sizeOf(path: string): number | undefined {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  return stats?.isFile() === true ? stats.size : undefined;
}

function names(folder: string): readonly string[] {
  return listIfThere(folder).filter((name) => NAME.test(name));
}
