/** Where to begin in the graph: what is connected most, and every cycle. */
import type { Child } from 'hono/jsx';
import type { PageContext } from '../../../../passes/dashboard-page.js';
import { Badge, Section, Table } from '../../../../report/html/html.js';
import { GraphForm } from './graph-form.js';
import { nodeHref } from './neighbours.js';

type Declared = {
  readonly nodes: readonly { readonly name: string; readonly protected: boolean }[];
  readonly edges: readonly { readonly source: string; readonly target: string }[];
  readonly cycles: readonly (readonly string[])[];
};

const MOST_NAMED = 20;

export async function GraphStart({ call }: PageContext): Promise<Child> {
  const { nodes, edges, cycles } = (await call('graph')).json as unknown as Declared;
  const counts = new Map<string, { out: number; into: number }>();
  const countOf = (name: string) => {
    const known = counts.get(name) ?? { out: 0, into: 0 };
    counts.set(name, known);
    return known;
  };
  for (const { source, target } of edges) {
    countOf(source).out++;
    countOf(target).into++;
  }
  const busiest = nodes
    .map((node) => ({ ...node, ...countOf(node.name) }))
    .toSorted((a, b) => b.out + b.into - a.out - a.into)
    .slice(0, MOST_NAMED);
  return (
    <>
      <GraphForm node="" depth={1} deepest={3} />
      {cycles.map((cycle) => (
        <p class="problem">
          <Badge tone="wrong">cycle</Badge> {cycle.join(' → ')}
        </p>
      ))}
      <Section
        title="Where to begin"
        note={`${edges.length} edges between ${nodes.length} files, patterns, objects and bundles`}
      >
        <Table
          caption="What is connected most"
          columns={[
            { label: 'File, pattern, object or bundle' },
            { label: 'Edges from it', kind: 'number' },
            { label: 'Edges to it', kind: 'number' },
            { label: 'Tier' },
          ]}
          rows={busiest.map(({ name, out, into, protected: isProtected }) => [
            <a href={nodeHref(name)}>{name}</a>,
            String(out),
            String(into),
            isProtected ? 'protected' : '',
          ])}
        />
      </Section>
    </>
  );
}
