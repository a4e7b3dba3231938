/** Finds a program as a shell would. */
import { accessSync, constants, statSync } from '../kernel/files.js';
import { delimiter, isAbsolute, join } from 'node:path';

/** A name with a `/` is relative to `directory`. `undefined`: no executable file. */
export function findProgram(
  program: string,
  search: { readonly path: string | undefined; readonly directory: string },
): string | undefined {
  const candidates = program.includes('/')
    ? [isAbsolute(program) ? program : join(search.directory, program)]
    : (search.path ?? '')
        .split(delimiter)
        .filter(isAbsolute)
        .map((folder) => join(folder, program));
  return candidates.find(canRun);
}

function canRun(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
