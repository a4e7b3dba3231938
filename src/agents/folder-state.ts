/** A text that changes with the files of a folder, by their names and contents. */
import { join } from 'node:path';
import { type Dirent, lstatSync, readdirSync } from '../kernel/files.js';
import { sha256 } from '../kernel/hash.js';
import { readIfPlain } from '../workspace/file-content.js';

/** Where programs keep what is not their work. */
const SKIPPED: ReadonlySet<string> = new Set(['node_modules', '.git']);
const MOST_FILES = 20_000;
/** Of larger files, and of those after so much, the time counts instead of the content. */
const LARGE_BYTES = 1024 * 1024;
const MOST_BYTES = 16 * LARGE_BYTES;

/** What cannot be read is left out: the agent may change it at any time. */
export function folderState(folder: string): string {
  const seen: string[] = [];
  let left = MOST_BYTES;
  const open = [folder];
  for (let next = open.pop(); next !== undefined && seen.length < MOST_FILES; next = open.pop())
    for (const entry of entriesOf(next)) {
      const path = join(next, entry.name);
      if (entry.isDirectory()) {
        if (!SKIPPED.has(entry.name)) open.push(path);
        continue;
      }
      const file = lstatSync(path, { throwIfNoEntry: false });
      if (file === undefined) continue;
      const isRead = file.isFile() && file.size <= LARGE_BYTES && file.size <= left;
      if (isRead) left -= file.size;
      const content = isRead ? readIfPlain(path) : undefined;
      seen.push(`${path} ${content === undefined ? file.mtimeMs : sha256(content)} ${file.size}`);
    }
  return sha256(seen.sort().join('\n'));
}

function entriesOf(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}
