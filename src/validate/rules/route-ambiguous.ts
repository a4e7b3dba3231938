/** Rule route-ambiguous: for every file, one pattern of R3 is the most specific. */
import type { Diagnostic } from '../../kernel/diagnostic.js';
import { routesOf } from '../../registry/route.js';
import { registryCell } from '../registry-place.js';
import type { Route } from '../../registry/types.js';
import type { WorkspaceRule } from '../rule.js';

const SHOWN = 3;

export const routeAmbiguous: WorkspaceRule = {
  kind: 'workspace',
  id: 'route-ambiguous',
  severity: 'error',
  suppressible: 'never',
  isTraced: true,
  run: ({ snapshot, schema }) => {
    const ties = new Map<string, { readonly routes: readonly Route[]; readonly files: string[] }>();
    for (const path of snapshot.files.keys()) {
      const routes = routesOf(schema, path);
      if (routes.length < 2) continue;
      const id = routes.map((route) => route.pattern).join('\0');
      const tie = ties.get(id) ?? { routes, files: [] };
      ties.set(id, tie);
      tie.files.push(path);
    }
    return [...ties.values()].map(({ routes, files }): Diagnostic => {
      const ordered = [...routes].sort((a, b) => a.range.line - b.range.line);
      const places = ordered.map((route) => registryCell(snapshot, route.range, 0));
      const range = places.at(-1) ?? {
        file: schema.file,
        line: 1,
        column: 1,
        endLine: 1,
        endColumn: 1,
      };
      const shown =
        files.slice(0, SHOWN).join(', ') +
        (files.length > SHOWN ? ` and ${files.length - SHOWN} more` : '');
      const patterns = ordered.map((route) => `${route.pattern} (${route.tier})`).join(' and ');
      return {
        rule: 'route-ambiguous',
        severity: 'error',
        message: `${patterns} are equally specific for ${shown}`,
        range,
        expected: 'one pattern that is the most specific',
        actual: `${routes.length} patterns`,
        hint: `add a row for ${files[0] ?? 'the file'}, or make one pattern narrower`,
        related: places
          .slice(0, -1)
          .map((place) => ({ message: 'the other pattern', range: place })),
      };
    });
  },
};
