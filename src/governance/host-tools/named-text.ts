/**
 * The text of a file by the name that a tool's call gives it: absolute, or relative to the
 * workspace.
 */
import type { Snapshot } from '../../workspace/types.js';

/**
 * Only for working out what an edit would leave; whether the path may be followed is the guard's to
 * say.
 */
export function namedText(snapshot: Snapshot, path: string): string | undefined {
  return snapshot.text(
    path.startsWith(`${snapshot.root}/`)
      ? path.slice(snapshot.root.length + 1)
      : path.replace(/^(?:\.\/)+/, ''),
  );
}
