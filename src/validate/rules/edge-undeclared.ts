/**
 * Rule edge-undeclared: R4 has an edge for links between files and for files that were written
 * together. `nocturne graph suggest` prints the missing rows.
 */
import type { Diagnostic } from '../../kernel/diagnostic.js';
import { globMatches } from '../../kernel/glob.js';
import { changeRows } from '../../workspace/history.js';
import { lineRange } from '../line-range.js';
import { linkPath } from '../link-path.js';
import { registryCell } from '../registry-place.js';
import { type ObservedEdge, observedEdges, type ObservedLink } from '../observed-edges.js';
import type { WorkspaceContext, WorkspaceRule } from '../rule.js';

export const edgeUndeclared: WorkspaceRule = {
  kind: 'workspace',
  id: 'edge-undeclared',
  severity: 'warning',
  suppressible: 'always',
  isTraced: true,
  run: (context) => {
    const { snapshot, schema } = context;
    const observed = observedEdges({
      schema,
      links: linksIn(context),
      changes: context.unasked.has('CHANGE') ? [] : changeRows(snapshot),
    });
    return [...observed.map((edge) => diagnosticOf(context, edge)), ...unvalidated(context)];
  },
};

const PATTERN_COLUMN = 0;

/** Protected pages without an edge that says that the manifest validates them. */
function unvalidated({ snapshot, schema }: WorkspaceContext): Diagnostic[] {
  const manifest = schema.objects.get('MANIFEST')?.glob;
  if (manifest === undefined) return [];
  const validated = schema.edges.filter(
    ({ source, kind }) => kind === 'VALIDATES' && source === manifest,
  );
  return schema.routes.flatMap(({ tier, pattern, range }): Diagnostic[] => {
    if (tier !== 'PROTECTED' || !snapshot.files.has(pattern)) return [];
    if (validated.some(({ target }) => globMatches(target, pattern))) return [];
    const row = `| \`${manifest}\` | VALIDATES | \`${pattern}\` | hash |`;
    return [
      {
        rule: 'edge-undeclared',
        severity: 'warning',
        message: `R3 protects ${pattern}, but R4 does not say that ${manifest} validates it`,
        range: registryCell(snapshot, range, PATTERN_COLUMN),
        expected: row,
        actual: 'no row',
        hint: `add the row to R4 of ${schema.file} and sign it`,
      },
    ];
  });
}

function* linksIn({ snapshot, facts }: WorkspaceContext): Generator<ObservedLink> {
  for (const [from, { links }] of facts) {
    for (const link of links) {
      const to = linkPath(snapshot.files, from, link);
      const { range } = link;
      if (to !== undefined && snapshot.files.has(to)) yield { from, to, line: range.line, range };
    }
  }
}

function diagnosticOf(
  { snapshot, schema }: WorkspaceContext,
  { source, kind, target, by, at: place, seen }: ObservedEdge,
): Diagnostic {
  const range = place.range ?? lineRange(snapshot, place.file, place.line);
  const row = `| \`${source}\` | ${kind} | \`${target}\` | … |`;
  // The log shows that they are related, but not which of them depends on the other.
  if (by === 'together')
    return {
      rule: 'edge-undeclared',
      severity: 'info',
      message: `${seen} runs wrote ${source} and ${target} together, but R4 has no edge between them`,
      range,
      hint: `if one depends on the other, add the edge to ${schema.file}: ${row}`,
    };
  return {
    rule: 'edge-undeclared',
    severity: 'warning',
    message: `${place.example}, but R4 has no edge for it`,
    range,
    expected: row,
    actual: 'no row',
    hint: `add the row to R4 of ${schema.file} and sign it; nocturne graph suggest prints all missing rows`,
  };
}
