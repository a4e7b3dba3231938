/** Which paths of another node's files may be put into a project. */
import { parentFolders } from '../../../kernel/parent-folders.js';

const LONGEST = 400;
/** Control characters, a backslash, and what makes a name look like another one. */
const FORBIDDEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\\]/u;

/** Why a path that is relative to the project is not taken; nothing if it may be. */
export function pathProblem(path: unknown): string | undefined {
  if (typeof path !== 'string' || path === '') return 'a path is missing';
  if (path.length > LONGEST) return `a path has ${path.length} characters`;
  if (FORBIDDEN.test(path)) return 'a path has control characters or a backslash';
  if (path.normalize('NFC') !== path) return 'a path is not in normal form (NFC)';
  if (path.startsWith('/') || /^[a-z]:/i.test(path)) return 'a path is absolute';
  const parts = path.split('/');
  if (parts.some((part) => part === '' || part === '..' || part === '.'))
    return 'a path leads out of the project';
  if (parts.some((part) => part.startsWith('.'))) return 'a path is hidden';
  if (parts.some((part) => /[. ]$/.test(part))) return 'a path ends with a dot or a blank';
  return undefined;
}

/**
 * Two paths of which one file system makes one: names that differ by case, and a file that is the
 * folder of another one.
 */
export function pathClash(paths: Iterable<string>): readonly [string, string] | undefined {
  const all = [...paths];
  const files = new Map<string, string>();
  for (const path of all) {
    const other = files.get(fold(path));
    if (other !== undefined) return [other, path];
    files.set(fold(path), path);
  }
  const folders = new Map<string, string>();
  for (const path of all)
    for (const parent of parentFolders(path)) {
      const file = files.get(fold(parent));
      if (file !== undefined) return [file, path];
      const other = folders.get(fold(parent));
      if (other !== undefined && other !== parent) return [other, parent];
      folders.set(fold(parent), parent);
    }
  return undefined;
}

function fold(path: string): string {
  return path.normalize('NFKC').toLowerCase();
}
