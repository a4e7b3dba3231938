/** Folders that no agent changes, inside a folder that a command would take as a whole. */
import { readdirSync } from '../../kernel/files.js';

export const RESERVED: ReadonlySet<string> = new Set(['.git', '.nocturne', 'node_modules']);
/** Beyond that, the comparison after the pass decides. */
const MOST_FOLDERS = 5000;

/**
 * The first one, relative to the folder. A snapshot does not list them.
 * @param place where the folder is on the disk, absolute.
 */
export function reservedBelow(place: string): string | undefined {
  const waiting = [''];
  for (let i = 0; i < waiting.length && i < MOST_FOLDERS; i++) {
    const folder = waiting[i] ?? '';
    for (const name of foldersIn(folder === '' ? place : `${place}/${folder}`)) {
      const path = folder === '' ? name : `${folder}/${name}`;
      if (RESERVED.has(name.toLowerCase())) return path;
      waiting.push(path);
    }
  }
  return undefined;
}

/** `.git` may be a file that names a repository elsewhere. */
function foldersIn(place: string): readonly string[] {
  try {
    return readdirSync(place, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() || RESERVED.has(entry.name.toLowerCase()))
      .map(({ name }) => name);
  } catch {
    return [];
  }
}
