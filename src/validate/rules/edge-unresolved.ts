/** Rule edge-unresolved: both ends of each edge of R4 exist. */
import { defined } from '../../kernel/defined.js';
import type { Diagnostic } from '../../kernel/diagnostic.js';
import { globMatches, isLiteral } from '../../kernel/glob.js';
import { didYouMean } from '../../kernel/nearest-name.js';
import type { Schema } from '../../registry/types.js';
import type { Snapshot } from '../../workspace/types.js';
import { registryCell } from '../registry-place.js';
import type { WorkspaceRule } from '../rule.js';

type Problem = Pick<Diagnostic, 'severity' | 'message'> & { readonly hint?: string };
const ENDS = [
  ['source', 0],
  ['target', 2],
] as const;

export const edgeUnresolved: WorkspaceRule = {
  kind: 'workspace',
  id: 'edge-unresolved',
  severity: 'error',
  suppressible: 'always',
  run: ({ snapshot, schema }) => {
    const judged = new Map<string, Problem | undefined>();
    const found: Diagnostic[] = [];
    for (const edge of schema.edges) {
      for (const [side, column] of ENDS) {
        const end = edge[side];
        if (!judged.has(end)) judged.set(end, problemOf(snapshot, schema, end));
        const problem = judged.get(end);
        if (problem !== undefined)
          found.push({
            rule: 'edge-unresolved',
            ...problem,
            range: registryCell(snapshot, edge.range, column),
            actual: end,
          });
      }
    }
    return found;
  },
};

function problemOf(snapshot: Snapshot, schema: Schema, end: string): Problem | undefined {
  if (end.startsWith('OBJECT:'))
    return named(end.slice('OBJECT:'.length), {
      what: 'object',
      part: 'R1',
      declared: schema.objects,
    });
  if (end.startsWith('BUNDLE:'))
    return named(end.slice('BUNDLE:'.length), {
      what: 'bundle',
      part: 'R5',
      declared: schema.bundles,
    });
  if (isLiteral(end)) {
    if (snapshot.files.has(end)) return undefined;
    return {
      severity: 'warning',
      message: `there is no file ${end}`,
      ...defined({ hint: didYouMean(end, snapshot.files.keys()) }),
    };
  }
  if (isPlanned(schema, end)) return undefined;
  for (const path of snapshot.files.keys()) if (globMatches(end, path)) return undefined;
  return {
    severity: 'info',
    message: `no file matches ${end}, and no route or object covers the same folder`,
  };
}

function named(
  name: string,
  registry: {
    readonly what: string;
    readonly part: string;
    readonly declared: ReadonlyMap<string, unknown>;
  },
): Problem | undefined {
  if (registry.declared.has(name)) return undefined;
  return {
    severity: 'error',
    message: `${registry.part} declares no ${registry.what} ${name}`,
    ...defined({ hint: didYouMean(name, registry.declared.keys()) }),
  };
}

/** Whether a route or an object covers the same folder, so that a pass may write files there. */
function isPlanned(schema: Schema, glob: string): boolean {
  const place = folderOf(glob);
  const patterns = [
    ...schema.routes.map((route) => route.pattern),
    ...[...schema.objects.values()].map((object) => object.glob),
  ];
  return patterns.some(
    (pattern) => pattern === glob || (place !== '' && folderOf(pattern) === place),
  );
}

/** The folders before the first wildcard. */
function folderOf(glob: string): string {
  const literal = glob.slice(0, Math.max(0, glob.search(/[*?[{(!+@]/)));
  return literal.slice(0, literal.lastIndexOf('/') + 1);
}
