/** Rule sync-copy: no page has a second version that a sync tool or a file manager made. */
import { type Diagnostic, fileRange } from '../../kernel/diagnostic.js';
import { certainSyncCopyOf, syncCopyOf } from '../../kernel/sync-copy.js';
import { routeOf } from '../../registry/route.js';
import type { WorkspaceRule } from '../rule.js';

export const syncCopy: WorkspaceRule = {
  kind: 'workspace',
  id: 'sync-copy',
  severity: 'error',
  suppressible: 'warnings',
  isTraced: true,
  run: ({ snapshot, schema }) =>
    [...snapshot.files.keys()].flatMap((path): Diagnostic[] => {
      const original =
        syncCopyOf(path, (other) => snapshot.files.has(other)) ?? certainSyncCopyOf(path);
      if (original === undefined) return [];
      const { tier } = routeOf(schema, path);
      const governed = tier !== 'FREE' && tier !== 'CODE';
      if (!governed && snapshot.objectsOf(original).length === 0) return [];
      const stops = tier === 'PROTECTED';
      return [
        {
          rule: 'sync-copy',
          severity: stops ? 'error' : 'warning',
          message: `${path} is a copy of ${original} that a sync tool or a file manager made${stops ? ', in a place where only signed pages may be' : ''}`,
          range: fileRange(path),
          expected: original,
          actual: path,
          hint: `compare the two, put what you need into ${original}, and delete the copy`,
        },
      ];
    }),
};
