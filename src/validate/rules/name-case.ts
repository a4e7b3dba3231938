/** Rule name-case: names in one folder differ by more than case or the composition of letters. */
import { type Diagnostic, fileRange } from '../../kernel/diagnostic.js';
import { routeOf } from '../../registry/route.js';
import type { WorkspaceRule } from '../rule.js';

export const nameCase: WorkspaceRule = {
  kind: 'workspace',
  id: 'name-case',
  severity: 'error',
  suppressible: 'warnings',
  isTraced: true,
  run: ({ snapshot, schema }) => {
    const names = new Map<string, { readonly name: string; readonly path: string }>();
    const seen = new Set<string>();
    const found: Diagnostic[] = [];
    for (const path of snapshot.files.keys()) {
      for (
        let end = path.indexOf('/'), start = 0;
        start >= 0;
        start = end < 0 ? -1 : end + 1, end = path.indexOf('/', start)
      ) {
        const whole = end < 0 ? path : path.slice(0, end);
        if (seen.has(whole)) continue;
        seen.add(whole);
        const id = path.slice(0, start) + fold(whole.slice(start));
        const earlier = names.get(id);
        if (earlier === undefined) {
          names.set(id, { name: whole, path });
          continue;
        }
        const isProtected = [earlier.path, path].some(
          (file) => routeOf(schema, file).tier === 'PROTECTED',
        );
        found.push({
          rule: 'name-case',
          severity: isProtected ? 'error' : 'warning',
          message: `${whole} and ${earlier.name} are the same name on macOS and Windows`,
          range: fileRange(path),
          expected: 'names that differ by more than case',
          actual: whole,
          hint: 'rename one of the two, then look for links to it',
          related: [{ message: 'the other name', range: fileRange(earlier.path) }],
        });
        break;
      }
    }
    return found;
  },
};

function fold(name: string): string {
  return name.normalize('NFC').toLowerCase();
}
