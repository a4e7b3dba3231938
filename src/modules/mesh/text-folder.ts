/** Texts by SHA-256 in a folder of their own: what was said is kept, whatever the server does. */
import { join } from 'node:path';
import { sha256 } from '../../kernel/hash.js';
import { makeDirectory, writeFileDurably } from '../../workspace/durable.js';
import { readTextIfThere } from '../../workspace/read-if-there.js';

/** Returns its SHA-256. */
export function keepTextIn(folder: string, session: string, text: string): string {
  const name = sha256(text);
  const path = join(folder, session, name);
  if (readTextIfThere(path) === text) return name;
  makeDirectory(join(folder, session), 0o700);
  writeFileDurably(path, text, { mode: 0o600 });
  return name;
}

/** Nothing if it is not there, or was changed. */
export function textIn(folder: string, session: string, name: string): string | undefined {
  const text = readTextIfThere(join(folder, session, name));
  return text !== undefined && sha256(text) === name ? text : undefined;
}
