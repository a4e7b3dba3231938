/** Where the nodes and edges of a graph stand, by elkjs. The same graph is laid out once. */
import type { ELK, ElkExtendedEdge, ElkNode } from 'elkjs/lib/elk-api.js';

export type PlacedBox = {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
};
export type Point = { readonly x: number; readonly y: number };

/** In pixels. Nodes and edges are in the order in which they were given. */
export type GraphLayout = {
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly PlacedBox[];
  readonly edges: readonly (readonly Point[])[];
};

export type LayoutInput = {
  /** `column`: nodes of a higher one stand further to the right. */
  readonly nodes: readonly {
    readonly id: string;
    readonly width: number;
    readonly height: number;
    readonly column?: number;
  }[];
  /** Ends that are not nodes are an error of the caller. */
  readonly edges: readonly { readonly from: string; readonly to: string }[];
};

/** Layouts that are kept: a page is loaded again whenever something changes. */
const MOST_KEPT = 50;
const IN_COLUMNS = {
  'elk.partitioning.activate': 'true',
  // Each part that hangs together would have columns of its own.
  'elk.separateConnectedComponents': 'false',
};
const kept = new Map<string, Promise<GraphLayout>>();
let elk: Promise<ELK> | undefined;

/** Left to right, in layers. */
export function layoutGraph(input: LayoutInput): Promise<GraphLayout> {
  const key = JSON.stringify(input);
  const known = kept.get(key);
  const layout = known ?? computed(input);
  kept.delete(key);
  kept.set(key, layout);
  const [oldest] = kept.keys();
  if (kept.size > MOST_KEPT && oldest !== undefined) kept.delete(oldest);
  // What failed is tried again.
  if (known === undefined) layout.catch(() => kept.delete(key));
  return layout;
}

async function computed({ nodes, edges }: LayoutInput): Promise<GraphLayout> {
  if (nodes.length === 0) return { width: 0, height: 0, nodes: [], edges: [] };
  const engine = await (elk ??= makeElk());
  const isInColumns = nodes.some(({ column }) => column !== undefined);
  const graph: ElkNode = {
    id: 'graph',
    layoutOptions: {
      'elk.algorithm': 'layered',
      'elk.direction': 'RIGHT',
      'elk.padding': '[top=8,left=8,bottom=8,right=8]',
      'elk.spacing.nodeNode': '12',
      'elk.layered.spacing.nodeNodeBetweenLayers': '56',
      // A third of the time for a picture that is as good to read.
      'elk.layered.thoroughness': '1',
      ...(isInColumns ? IN_COLUMNS : {}),
    },
    children: nodes.map(({ id, width, height, column }) => ({
      id: `n:${id}`,
      width,
      height,
      ...(column === undefined
        ? {}
        : { layoutOptions: { 'elk.partitioning.partition': String(column) } }),
    })),
    edges: edges.map(({ from, to }, index) => ({
      id: `e:${index}`,
      sources: [`n:${from}`],
      targets: [`n:${to}`],
    })),
  };
  const placed = await engine.layout(graph);
  return {
    width: Math.ceil(placed.width ?? 0),
    height: Math.ceil(placed.height ?? 0),
    nodes: (placed.children ?? []).map(boxOf),
    edges: (placed.edges ?? []).map(pointsOf),
  };
}

async function makeElk(): Promise<ELK> {
  const { default: Elk } = await import('elkjs/lib/elk.bundled.js');
  return new Elk.default();
}

function boxOf({ x = 0, y = 0, width = 0, height = 0 }: ElkNode): PlacedBox {
  return { x: Math.round(x), y: Math.round(y), width, height };
}

function pointsOf({ sections = [] }: ElkExtendedEdge): readonly Point[] {
  return sections.flatMap(({ startPoint, bendPoints = [], endPoint }) =>
    [startPoint, ...bendPoints, endPoint].map(({ x, y }) => ({
      x: Math.round(x),
      y: Math.round(y),
    })),
  );
}
