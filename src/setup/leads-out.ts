/** Whether a symbolic link leads out of the folder that it is in. */
import { posix } from 'node:path';

/** By its text alone: a link through other links is left to validation. */
export function leadsOut(path: string, target: string): boolean {
  return (
    target.startsWith('/') ||
    /^\.\.(?:\/|$)/.test(posix.normalize(posix.join(posix.dirname(path), target)))
  );
}
