/** Opens folders that an agent has closed, even to itself. */
import { chmodSync, lstatSync, readdirSync } from '../kernel/files.js';
import { join } from 'node:path';

/** What the owner of a folder needs to list it and to change what is in it. */
export const OPEN = 0o700;

/** A folder and every folder inside it; links are not followed. */
export function openFolder(folder: string): void {
  const stat = lstatSync(folder, { throwIfNoEntry: false });
  if (stat?.isDirectory() !== true) return;
  if ((stat.mode & OPEN) !== OPEN) chmodSync(folder, (stat.mode & 0o7777) | OPEN);
  for (const entry of readdirSync(folder, { withFileTypes: true }))
    if (entry.isDirectory()) openFolder(join(folder, entry.name));
}
