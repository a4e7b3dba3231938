/**
 * Replicas, in the state directory, of the objects that the running pass may have to restore, in
 * case an agent destroys `.nocturne`.
 */
import { constants, copyFileSync, lstatSync, mkdirSync, rmSync } from '../kernel/files.js';
import { dirname, join } from 'node:path';
import { NocturneError } from '../kernel/error.js';
import { removeLink } from './durable.js';
import { hashIfThere } from './file-content.js';
import { getObject, hasObject, objectPath, putFile } from './objects.js';
import { listIfThere } from './read-if-there.js';
import { onFile } from './storage-error.js';

const FOLDER = 'spare-objects';
const HASH = /^[0-9a-f]{64}$/;
type Place = { readonly root: string; readonly state: string };

/** Keeps replicas of exactly these objects, which the store must have. */
export function keepReplicas({ root, state }: Place, hashes: Iterable<string>): void {
  const folder = join(state, FOLDER);
  const wanted = new Set(hashes);
  const there = new Set(names(folder));
  onFile(folder, 'store', () => mkdirSync(folder, { recursive: true, mode: 0o700 }));
  for (const name of there) if (!wanted.has(name)) rmSync(join(folder, name), { force: true });
  for (const hash of wanted)
    if (!there.has(hash))
      onFile(join(folder, hash), 'store', () =>
        copyFileSync(objectPath(root, hash), join(folder, hash), constants.COPYFILE_FICLONE),
      );
}

/** The hashes of the objects that have a replica. */
export function replicaHashes(state: string): readonly string[] {
  return names(join(state, FOLDER));
}

/** Adds one replica while the pass runs. */
export function addReplica({ root, state }: Place, hash: string): void {
  const folder = join(state, FOLDER);
  onFile(folder, 'store', () => {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    copyFileSync(objectPath(root, hash), join(folder, hash), constants.COPYFILE_FICLONE);
  });
}

/** Restores objects that are missing or have another size, and returns how many. */
export function repairObjects(place: Place): number {
  const folder = join(place.state, FOLDER);
  return names(folder).filter(
    (hash) =>
      sizeOf(objectPath(place.root, hash)) !== sizeOf(join(folder, hash)) && repair(place, hash),
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

/** Makes sure that the store has the object. @throws NocturneError `NOT_FOUND`. */
export function ensureObject(place: Place, hash: string, size: number): void {
  if (hasObject(place.root, hash, size) || repair(place, hash)) return;
  getObject(place.root, hash);
}

/** Returns false without a replica that matches its hash. */
function repair({ root, state }: Place, hash: string): boolean {
  const replica = join(state, FOLDER, hash);
  if (!HASH.test(hash) || sizeOf(replica) === undefined) return false;
  if (hashIfThere(replica) !== hash) return false;
  removeLink(dirname(objectPath(root, hash)));
  rmSync(objectPath(root, hash), { force: true, recursive: true });
  putFile(root, replica);
  return true;
}

function sizeOf(path: string): number | undefined {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  return stats?.isFile() === true ? stats.size : undefined;
}

function names(folder: string): readonly string[] {
  return listIfThere(folder).filter((name) => HASH.test(name));
}
