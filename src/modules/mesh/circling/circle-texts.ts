/** The texts of a circle on the disk of its owner: what was made is kept, whatever the server does. */
import { join } from 'node:path';
import { sha256 } from '../../../kernel/hash.js';
import { makeDirectory, writeFileDurably } from '../../../workspace/durable.js';
import { readTextIfThere } from '../../../workspace/read-if-there.js';
import { circlesDirectory } from './event-list.js';

export function keepCircleText(state: string, session: string, text: string): void {
  const folder = join(circlesDirectory(state), session);
  const path = join(folder, sha256(text));
  if (readTextIfThere(path) === text) return;
  makeDirectory(folder, 0o700);
  writeFileDurably(path, text, { mode: 0o600 });
}

/** Nothing if it is not there, or was changed. */
export function circleText(state: string, session: string, name: string): string | undefined {
  const text = readTextIfThere(join(circlesDirectory(state), session, name));
  return text !== undefined && sha256(text) === name ? text : undefined;
}
