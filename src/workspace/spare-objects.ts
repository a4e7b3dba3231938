/**
 * A second copy of what the running pass may have to give back, in the state directory: an agent that destroys `.nocturne` with everything else in
 * the workspace destroys no content.
 */
import { constants, copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '../kernel/hash.js';
import { getObject, objectPath, putObject } from './objects.js';
import { errnoOf, onFile } from './storage-error.js';

const FOLDER = 'spare-objects';
type Place = { readonly root: string; readonly state: string };

/** Keeps the objects with these hashes, and no others. They are in the store already. */
export function keepSpares({ root, state }: Place, hashes: Iterable<string>): void {
  const folder = join(state, FOLDER);
  const wanted = new Set(hashes);
  const there = new Set(names(folder));
  onFile(folder, 'store', () => mkdirSync(folder, { recursive: true, mode: 0o700 }));
  for (const name of there) if (!wanted.has(name)) rmSync(join(folder, name), { force: true });
  for (const hash of wanted) if (!there.has(hash)) onFile(join(folder, hash), 'store', () => copyFileSync(objectPath(root, hash), join(folder, hash), constants.COPYFILE_FICLONE));
}

/** One more, while the pass runs. */
export function keepSpare({ root, state }: Place, hash: string): void {
  const folder = join(state, FOLDER);
  onFile(folder, 'store', () => {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    copyFileSync(objectPath(root, hash), join(folder, hash), constants.COPYFILE_FICLONE);
  });
}

/** Puts back what is missing from the store or is not what its name says. Returns how many. */
export function healObjects({ root, state }: Place): number {
  const folder = join(state, FOLDER);
  let healed = 0;
  for (const hash of names(folder)) {
    if (isSound(root, hash)) continue;
    const bytes = readFileSync(join(folder, hash));
    if (sha256(bytes) !== hash) continue;
    rmSync(objectPath(root, hash), { force: true, recursive: true });
    putObject(root, bytes);
    healed += 1;
  }
  return healed;
}

function isSound(root: string, hash: string): boolean {
  try {
    getObject(root, hash);
    return true;
  } catch {
    return false;
  }
}

function names(folder: string): readonly string[] {
  try {
    return readdirSync(folder).filter((name) => /^[0-9a-f]{64}$/.test(name));
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  }
}
