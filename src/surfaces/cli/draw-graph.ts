/** Nodes and edges as text that other programs draw: Mermaid and Graphviz. */
import { okDocument } from './result.js';
import type { CommandResult } from './types.js';

type DrawnEdge = { readonly from: string; readonly label: string; readonly to: string };
type Drawing = {
  readonly edges: readonly DrawnEdge[];
  /** Drawn with a thick border. */
  readonly marked: ReadonlySet<string>;
};

export const GRAPH_FORMATS = ['text', 'json', 'mermaid', 'dot'] as const;

/** The graph in the format that was asked for; `undefined` for text. */
export function drawn(
  format: unknown,
  { drawing, json }: { readonly drawing: Drawing; readonly json: CommandResult['json'] },
): CommandResult | undefined {
  if (format === 'mermaid') return { ...okDocument(json), raw: mermaid(drawing) };
  if (format === 'dot') return { ...okDocument(json), raw: dot(drawing) };
  return format === 'json' ? okDocument(json) : undefined;
}

function mermaid({ edges, marked }: Drawing): string {
  const ids = numbered(edges);
  const label = (name: string): string => name.replaceAll('"', '#quot;').replaceAll('\n', ' ');
  return [
    'flowchart LR',
    ...[...ids].map(
      ([name, id]) => `  ${id}["${label(name)}"]${marked.has(name) ? ':::protected' : ''}`,
    ),
    ...edges.map(({ from, label: kind, to }) => `  ${ids.get(from)} -->|${kind}| ${ids.get(to)}`),
    '  classDef protected stroke-width:3px',
  ].join('\n');
}

function dot({ edges, marked }: Drawing): string {
  const quoted = (name: string): string =>
    `"${name.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
  return [
    'digraph workspace {',
    '  rankdir=LR;',
    '  node [shape=box];',
    ...[...marked].map((name) => `  ${quoted(name)} [penwidth=3];`),
    ...edges.map(
      ({ from, label, to }) => `  ${quoted(from)} -> ${quoted(to)} [label=${quoted(label)}];`,
    ),
    '}',
  ].join('\n');
}

function numbered(edges: readonly DrawnEdge[]): ReadonlyMap<string, string> {
  const names = new Set(edges.flatMap(({ from, to }) => [from, to]));
  return new Map([...names].map((name, i) => [name, `n${i}`]));
}
