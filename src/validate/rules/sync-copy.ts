/** Rule sync-copy: no page has a second version that a sync tool or a file manager made. */
import { posix } from 'node:path';
import { type Diagnostic, fileRange } from '../../kernel/diagnostic.js';
import { routeOf } from '../../registry/route.js';
import type { WorkspaceRule } from '../rule.js';

/** What tools put between the name and its extension. The first group is the original's name. */
const COPIES: readonly RegExp[] = [
  /^(.+)\.sync-conflict-\d{8}-\d{6}(?:-\w+)?(\.\w+)$/,
  /^(.+?)[ _-]*[([][^)\]]*(?:conflict|konflikt|conflit|conflicto|conflitto)[^)\]]*[)\]](\.\w+)$/i,
  /^(.+?)[ _-]+(?:conflicted copy|conflict)[^/]*(\.\w+)$/i,
  /^(.+) \(\d{1,3}\)(\.\w+)$/,
  /^(.+?)(?: -)? (?:\()?(?:copy|kopie|copie|copia)(?: \d+)?(?:\))?(\.\w+)$/i,
  /^(.+) \d{1,2}(\.\w+)$/,
];
/** The first so many are made by sync tools only. */
const CERTAIN = 3;

export const syncCopy: WorkspaceRule = {
  kind: 'workspace',
  id: 'sync-copy',
  severity: 'error',
  suppressible: 'warnings',
  run: ({ snapshot, schema }) =>
    [...snapshot.files.keys()].flatMap((path): Diagnostic[] => {
      const original = originalOf(path, (other) => snapshot.files.has(other));
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

function originalOf(path: string, exists: (path: string) => boolean): string | undefined {
  const name = posix.basename(path);
  const directory = path.slice(0, path.length - name.length);
  for (const [index, pattern] of COPIES.entries()) {
    const [, stem, extension] = pattern.exec(name) ?? [];
    if (stem === undefined || extension === undefined) continue;
    const original = `${directory}${stem}${extension}`;
    if (exists(original) || index < CERTAIN) return original;
  }
  return undefined;
}
