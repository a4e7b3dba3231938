/** Where a program would be found, as a shell would look for it. */
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';

/**
 * A name with a `/` is meant from `directory`. `undefined` when nothing that can be run is there.
 */
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
