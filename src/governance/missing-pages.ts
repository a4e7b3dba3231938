/** Pages that hold records of passes: without one of them, no pass could end. */
import { isLiteral } from '../kernel/glob.js';
import { routeOf } from '../registry/route.js';
import type { Snapshot } from '../workspace/types.js';

/** The command that brings them back. */
export const RESTORE_PAGES = 'nocturne upgrade';

/** The gate sees to protected pages and logs. */
export function missingPages({ schema, files }: Snapshot): readonly string[] {
  return [...schema.objects.values()]
    .map(({ glob }) => glob)
    .filter(
      (glob) => isLiteral(glob) && !files.has(glob) && routeOf(schema, glob).tier === 'STANDARD',
    );
}
