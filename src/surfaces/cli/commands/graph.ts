/** `graph`, `graph suggest`: the edges that R4 declares, and those that it probably should. */
import { triggerCycles } from '../../../registry/impact.js';
import { routeOf } from '../../../registry/route.js';
import { type Edge, EDGE_KINDS } from '../../../registry/types.js';
import { type ObservedLink, observedEdges } from '../../../validate/observed-edges.js';
import { changeRows } from '../../../workspace/history.js';
import { allLinks } from '../../../workspace/all-links.js';
import type { Snapshot } from '../../../workspace/types.js';
import { drawn, GRAPH_FORMATS } from '../draw-graph.js';
import { paint } from '../paint.js';
import { ok } from '../result.js';
import { textTable } from '../../../report/text-table.js';
import type { Command, Context } from '../types.js';

const MOST_NAMED = 8;

export const graph: Command = {
  options: [
    { flags: '--format <format>', description: 'the output format', choices: GRAPH_FORMATS },
  ],
  examples: ['nocturne graph', 'nocturne graph --format dot | dot -Tsvg > graph.svg'],
  run(context, { options }) {
    const snapshot = context.workspace().snapshot();
    const { schema } = snapshot;
    const edges = schema.edges.map(({ source, kind, target, note, range }) => ({
      source,
      kind,
      target,
      note: note === '-' ? '' : note,
      line: range.line,
    }));
    const ends = [...new Set(edges.flatMap((edge) => [edge.source, edge.target]))];
    const marked = new Set(
      ends.filter((end) => snapshot.files.has(end) && routeOf(schema, end).tier === 'PROTECTED'),
    );
    const cycles = triggerCycles(schema).map((cycle) => cycle.nodes);
    const json = {
      nodes: ends.map((name) => ({ name, protected: marked.has(name) })),
      edges,
      cycles,
    };
    const drawing = {
      edges: edges.map(({ source, kind, target }) => ({ from: source, label: kind, to: target })),
      marked,
    };
    return (
      drawn(options['format'], { drawing, json }) ??
      ok(graphText({ edges, ends, cycles }, context), json)
    );
  },
};

type Shown = {
  readonly edges: readonly Pick<Edge, 'source' | 'kind' | 'target'>[];
  readonly ends: readonly string[];
  readonly cycles: readonly (readonly string[])[];
};

function graphText({ edges, ends, cycles }: Shown, context: Context): string {
  const kinds = EDGE_KINDS.map(
    (kind) => [kind, String(edges.filter((edge) => edge.kind === kind).length)] as const,
  ).filter(([, count]) => count !== '0');
  const busiest = ends
    .map((name) => ({
      name,
      out: edges.filter((edge) => edge.source === name).length,
      into: edges.filter((edge) => edge.target === name).length,
    }))
    .sort((a, b) => b.out + b.into - a.out - a.into);
  return [
    `${edges.length} edges between ${ends.length} files, patterns, objects and bundles (R4 of REGISTRY.md).`,
    '',
    textTable({ head: ['edge', 'count'], rows: kinds, width: context.width }),
    '',
    textTable({
      head: ['most connected', 'outgoing', 'incoming'],
      rows: busiest
        .slice(0, MOST_NAMED)
        .map(({ name, out, into }) => [name, String(out), String(into)]),
      width: context.width,
    }),
    ...cycles.map((nodes) => `\n${paint(context).wrong('trigger cycle')}: ${nodes.join(' -> ')}`),
  ].join('\n');
}

export const graphSuggest: Command = {
  examples: ['nocturne graph suggest', 'nocturne graph suggest --json'],
  run(context) {
    const snapshot = context.workspace().snapshot();
    const suggestions = observedEdges({
      schema: snapshot.schema,
      links: linksIn(snapshot),
      changes: changeRows(snapshot),
    });
    const rows = suggestions.map(
      ({ source, kind, target, by, at: place }) =>
        `| \`${source}\` | ${kind} | \`${target}\` | ${by === 'together' ? 'which one depends on the other?' : by} |\n    ${place.file}:${place.line}  ${place.example}`,
    );
    const text =
      suggestions.length === 0
        ? 'R4 declares every link and every write that Nocturne has seen.'
        : [
            'Nocturne has seen these dependencies, and R4 does not declare them. Copy the rows that are right into R4 of REGISTRY.md, then run nocturne sign REGISTRY.md.',
            '',
            ...rows,
          ].join('\n');
    return ok(text, { suggestions });
  },
};

/** Links to files that exist, in every governed markdown file. */
function* linksIn(snapshot: Snapshot): Generator<ObservedLink> {
  for (const { file, path, line } of allLinks(snapshot))
    if (path !== undefined && snapshot.files.has(path)) yield { from: file, to: path, line };
}
