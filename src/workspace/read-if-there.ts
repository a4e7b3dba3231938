/** Reads files and lists directories that may be missing. */
import { readdirSync, readFileSync } from '../kernel/files.js';
import { errnoOf, storageError } from './storage-error.js';

export function readIfThere(path: string): Buffer | undefined {
  return unlessMissing(path, 'read', () => readFileSync(path));
}

export function readTextIfThere(path: string): string | undefined {
  return unlessMissing(path, 'read', () => readFileSync(path, 'utf8'));
}

/** The names in a directory, sorted. */
export function listIfThere(path: string): readonly string[] {
  return unlessMissing(path, 'list', () => readdirSync(path).sort()) ?? [];
}

function unlessMissing<T>(path: string, doing: string, operation: () => T): T | undefined {
  try {
    return operation();
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw storageError(error, path, doing);
  }
}
