/** The neighbourhood of a file: what it depends on, and what a change of it reaches. */
import type { Child } from 'hono/jsx';
import { NocturneError } from '../../../../kernel/error.js';
import { isLiteral } from '../../../../kernel/glob.js';
import type { KeptAnswer, PageContext, PageView } from '../../../../passes/dashboard-page.js';
import { neighbourhood } from '../../../../registry/neighbourhood.js';
import type { ImpactedNode } from '../../../../registry/types.js';
import { drawGraph } from '../../../../report/html/draw-graph.js';
import { fileHref } from '../../../../report/html/file-link.js';
import { Empty, Section } from '../../../../report/html/html.js';
import { Checked } from '../checked.js';
import { EdgeTable, ImpactTable } from './edge-tables.js';
import { GraphForm } from './graph-form.js';
import { drawnEdges, drawnNodes, type Suggestion, suggestedNear } from './neighbours.js';
import { GraphStart } from './start.js';

/** More boxes than this are no longer a picture. */
const PICTURE = { fan: 8, most: 40 };
const ALL_AROUND = { depth: 1, fan: Number.POSITIVE_INFINITY, most: Number.POSITIVE_INFINITY };
const DEEPEST = 3;
/** One more than the page shows says that there are more. */
const MOST_REACHED = 201;

export async function graph(context: PageContext): Promise<PageView> {
  const { snapshot, query, zone, call, kept } = context;
  const node = (query['file'] ?? '').trim();
  const depth = Math.min(DEEPEST, Math.max(1, Math.floor(Number(query['depth'] ?? 1)) || 1));
  if (node === '') return { title: 'Graph', body: await GraphStart(context) };
  const { schema } = snapshot;
  const near = neighbourhood(schema, node, { ...PICTURE, depth });
  const around = neighbourhood(schema, node, ALL_AROUND);
  const impacted = await impactOf(context, node, near.edges.length === 0);
  const declared = (await call('graph')).json as { readonly cycles: readonly string[][] };
  const suggested = kept('graph suggest');
  const undeclared = suggestedNear(schema, node, suggestionsIn(suggested));
  const drawing = drawGraph({
    label: `What is near ${node}`,
    nodes: drawnNodes(snapshot, { middle: near.nodes[0] ?? node, near, undeclared, depth }),
    edges: drawnEdges(near, undeclared, declared.cycles),
  });
  const isFile = snapshot.files.has(node);
  return {
    title: 'Graph',
    body: (
      <>
        <GraphForm node={node} depth={depth} deepest={DEEPEST} />
        <p class="note">
          {isFile ? <a href={fileHref(node)}>{`Read ${node}`}</a> : node}
          {near.left === 0
            ? ''
            : ` · ${near.left} more are near and not in the picture; the table has all that are one edge away`}
        </p>
        {near.edges.length + undeclared.length === 0 ? (
          <Empty>No edge of R4 leads to it or from it, and nothing else links to it.</Empty>
        ) : (
          <>
            <script type="module" src="/assets/graph.js" />
            {drawing}
          </>
        )}
        <ul class="legend">
          <li>an arrow leads to what a change affects</li>
          <li>thick: protected</li>
          <li>round: a bundle</li>
          <li>dashed: not in R4, or a pattern of files</li>
          <li class="badge attention">undeclared</li>
          <li class="badge wrong">in a cycle</li>
        </ul>
        <EdgeTable near={around} middle={near.nodes[0] ?? node} cycles={declared.cycles} />
        <Undeclared suggestions={undeclared}>
          <Checked answer={suggested} what="The search for undeclared edges" zone={zone} />
        </Undeclared>
        <ImpactTable nodes={impacted} name={isLiteral(node) ? node : 'this'} />
      </>
    ),
  };
}

/** @throws NocturneError `NOT_FOUND` for a name that nothing knows. */
async function impactOf(
  { call, snapshot }: PageContext,
  node: string,
  isUnknown: boolean,
): Promise<readonly ImpactedNode[]> {
  try {
    const { json } = await call('impact', { args: [node], options: { most: MOST_REACHED } });
    return (json as unknown as { readonly nodes: readonly ImpactedNode[] }).nodes;
  } catch (error) {
    const isPattern = !isUnknown && !snapshot.files.has(node);
    if (isPattern && error instanceof NocturneError && error.code === 'NOT_FOUND') return [];
    throw error;
  }
}

function suggestionsIn({ json }: KeptAnswer): readonly Suggestion[] {
  return (json as { readonly suggestions?: readonly Suggestion[] } | undefined)?.suggestions ?? [];
}

function Undeclared({
  suggestions,
  children,
}: {
  readonly suggestions: readonly Suggestion[];
  readonly children: Child;
}) {
  return (
    <Section title="Not declared" note="seen in the files or the change log; R4 does not have it">
      {children}
      {suggestions.length === 0 ? <Empty>Nothing near it is missing in R4.</Empty> : null}
      <ul>
        {suggestions.map(({ source, kind, target, at }) => (
          <li>
            <code>{`${source} ${kind} ${target}`}</code>{' '}
            <a href={fileHref(at.file)}>{`${at.file}:${at.line}`}</a>{' '}
            <span class="note">{at.example}</span>
          </li>
        ))}
      </ul>
    </Section>
  );
}
