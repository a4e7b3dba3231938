/** The neighbourhood as text: its edges, and everything that a change reaches. */
import type { Neighbourhood } from '../../../../registry/neighbourhood.js';
import type { ImpactedNode } from '../../../../registry/types.js';
import { Badge, Empty, Section, Table } from '../../../../report/html/html.js';
import { inCycle, nodeHref } from './neighbours.js';

const MOST_ROWS = 200;

export function EdgeTable({
  near,
  middle,
  cycles,
}: {
  readonly near: Neighbourhood;
  readonly middle: string;
  readonly cycles: readonly (readonly string[])[];
}) {
  const { edges } = near;
  return (
    <Section title="Edges" note={String(edges.length)}>
      {edges.length === 0 ? <Empty>R4 of REGISTRY.md declares none.</Empty> : null}
      {edges.length === 0 ? null : (
        <Table
          caption="Edges near it"
          columns={[
            { label: 'A change of' },
            { label: 'affects' },
            { label: 'because' },
            { label: 'Note' },
          ]}
          rows={edges.slice(0, MOST_ROWS).map(({ from, to, edge }) => [
            <Name node={from} middle={middle} />,
            <Name node={to} middle={middle} />,
            <>
              {`${edge.source} ${edge.kind} ${edge.target}`}
              {inCycle(cycles, edge.source, edge.target) ? (
                <Badge tone="wrong"> in a cycle</Badge>
              ) : null}
            </>,
            edge.note === '-' ? '' : edge.note,
          ])}
        />
      )}
    </Section>
  );
}

function Name({ node, middle }: { readonly node: string; readonly middle: string }) {
  return node === middle ? <strong>{node}</strong> : <a href={nodeHref(node)}>{node}</a>;
}

function countText(count: number): string {
  return count > MOST_ROWS ? `more than ${MOST_ROWS}` : String(count);
}

export function ImpactTable({
  nodes,
  name,
}: {
  readonly nodes: readonly ImpactedNode[];
  readonly name: string;
}) {
  return (
    <Section title="What a change reaches" note={countText(nodes.length)}>
      {nodes.length === 0 ? <Empty>{`Nothing depends on ${name}.`}</Empty> : null}
      {nodes.length === 0 ? null : (
        <Table
          caption="What a change reaches, the nearest first"
          columns={[
            { label: 'Reaches' },
            { label: 'Edge' },
            { label: 'By way of' },
            { label: 'Tier' },
          ]}
          rows={nodes
            .slice(0, MOST_ROWS)
            .map((node) => [
              <a href={nodeHref(node.file)}>{node.file}</a>,
              node.edge,
              node.via,
              node.protected ? <Badge tone="attention">protected</Badge> : '',
            ])}
        />
      )}
      {nodes.length <= MOST_ROWS ? null : (
        <p class="note">{`The nearest ${MOST_ROWS}. nocturne impact lists all of them.`}</p>
      )}
    </Section>
  );
}
