/** Nodes and edges as text that other programs draw: Mermaid and Graphviz. */

export type DrawnEdge = { readonly from: string; readonly label: string; readonly to: string };
export type Drawing = {
  readonly edges: readonly DrawnEdge[];
  /** Drawn so that they stand out. */
  readonly marked: ReadonlySet<string>;
};

export const GRAPH_FORMATS = ['text', 'json', 'mermaid', 'dot'] as const;

export function mermaid({ edges, marked }: Drawing): string {
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

export function dot({ edges, marked }: Drawing): string {
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
