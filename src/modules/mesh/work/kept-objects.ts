/** Packages and change sets on this machine, by SHA-256, as long as they are needed. */
import { join } from 'node:path';
import { existsSync } from '../../../kernel/files.js';
import { sha256 } from '../../../kernel/hash.js';
import { makeDirectory, removeIfThere, writeFileDurably } from '../../../workspace/durable.js';
import { listIfThere, readTextIfThere } from '../../../workspace/read-if-there.js';
import { meshDirectory } from '../identity.js';

/** Safe to call again. Returns its SHA-256. */
export function keepObject(state: string, text: string): string {
  const name = sha256(text);
  if (keptObject(state, name) === undefined) {
    makeDirectory(objectsFolder(state), 0o700);
    writeFileDurably(join(objectsFolder(state), name), Buffer.from(text), { mode: 0o600 });
  }
  return name;
}

/** Nothing if it is not there, or not what its name says. */
export function keptObject(state: string, name: string): string | undefined {
  if (!/^[0-9a-f]{64}$/.test(name)) return undefined;
  const text = readTextIfThere(join(objectsFolder(state), name));
  return text !== undefined && sha256(text) === name ? text : undefined;
}

/** Without reading it. */
export function isKept(state: string, name: string): boolean {
  return /^[0-9a-f]{64}$/.test(name) && existsSync(join(objectsFolder(state), name));
}

/** All but those that something still names. */
export function dropObjects(state: string, needed: ReadonlySet<string>): void {
  for (const name of listIfThere(objectsFolder(state)))
    if (!needed.has(name)) removeIfThere(join(objectsFolder(state), name));
}

function objectsFolder(state: string): string {
  return join(meshDirectory(state), 'objects');
}
