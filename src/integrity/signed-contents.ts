/**
 * The contents that the owner signed, in the state directory. An old copy of a workspace brings an
 * old object store with it, and the owner still has to see what differs from the last signature.
 */
import { join } from 'node:path';
import { rmSync, writeFileSync } from '../kernel/files.js';
import { NocturneError } from '../kernel/error.js';
import { sha256 } from '../kernel/hash.js';
import { makeDirectory } from '../workspace/durable.js';
import { getObject } from '../workspace/objects.js';
import { listIfThere, readIfThere } from '../workspace/read-if-there.js';

const FOLDER = 'signed-contents';
type Place = { readonly root: string; readonly state: string };

/** Keeps exactly these contents. */
export function keepSignedContents(state: string, contents: Iterable<Buffer>): void {
  const folder = join(state, FOLDER);
  makeDirectory(folder, 0o700);
  const before = new Set(listIfThere(folder));
  const wanted = new Set<string>();
  for (const bytes of contents) {
    const hash = sha256(bytes);
    // Not flushed: every reading checks the hash.
    if (!before.has(hash)) writeFileSync(join(folder, hash), bytes, { mode: 0o600 });
    wanted.add(hash);
  }
  for (const name of before) if (!wanted.has(name)) rmSync(join(folder, name), { force: true });
}

/** The content with this hash, if it is stored here or in the workspace. */
export function signedContent({ root, state }: Place, hash: string): Buffer | undefined {
  const bytes = readIfThere(join(state, FOLDER, hash));
  if (bytes !== undefined && sha256(bytes) === hash) return bytes;
  try {
    return getObject(root, hash);
  } catch (error) {
    // Pruned or damaged: only the hash is known.
    if (error instanceof NocturneError) return undefined;
    throw error;
  }
}
