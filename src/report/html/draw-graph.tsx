/** Draws a graph as SVG: what a node is is said by its words and its border, not only by colour. */
import type { Child } from 'hono/jsx';
import { type GraphLayout, layoutGraph, type PlacedBox, type Point } from './graph-layout.js';
import type { Tone } from './html.js';

export type DrawnNode = {
  readonly id: string;
  readonly label: string;
  /** A second line: what state it is in, or what kind of thing it is. */
  readonly note?: string;
  /** Where a click leads. */
  readonly href?: string;
  readonly tone?: Tone | undefined;
  /** `dashed`: nothing was done yet, or it is not there. `thick`: it matters more. */
  readonly border?: 'dashed' | 'thick' | undefined;
  /** It is not a file. */
  readonly isRound?: boolean;
  /** What the page is about: it is scrolled into view. */
  readonly isMiddle?: boolean;
  readonly column?: number;
};

export type DrawnEdge = {
  readonly from: string;
  readonly to: string;
  readonly label?: string;
  readonly tone?: Tone | undefined;
  readonly border?: 'dashed' | 'thick' | undefined;
};

type Drawing = {
  /** What the drawing shows; the page has the same as text beside it. */
  readonly label: string;
  readonly nodes: readonly DrawnNode[];
  readonly edges: readonly DrawnEdge[];
  /** The heading of each column, where nodes have columns. */
  readonly columns?: readonly string[];
};

const HEIGHT = { one: 32, two: 48 } as const;
const MOST_LETTERS = 30;
const HEAD = 24;

export function drawGraph(drawing: Drawing): Child {
  const ids = new Set(drawing.nodes.map(({ id }) => id));
  const edges = drawing.edges.filter(({ from, to }) => ids.has(from) && ids.has(to));
  const layout = layoutGraph({
    nodes: drawing.nodes.map(({ id, label, note, column }) => ({
      id,
      width: widthOf([label, note ?? '']),
      height: note === undefined ? HEIGHT.one : HEIGHT.two,
      ...(column === undefined ? {} : { column }),
    })),
    edges: edges.map(({ from, to }) => ({ from, to })),
  });
  return <Picture drawing={{ ...drawing, edges }} layout={layout} />;
}

function widthOf(lines: readonly string[]): number {
  return 28 + Math.ceil(Math.max(...lines.map((line) => lengthOf(shortened(line)))));
}

/** About, in pixels, in the widest of the usual fonts. */
function lengthOf(text: string): number {
  let length = 0;
  for (const letter of text) length += letterWidth(letter);
  return length;
}

function letterWidth(letter: string): number {
  if (/[MWmw@…]/.test(letter)) return 13;
  if (/[A-Z_]/.test(letter)) return 9.8;
  return /[iljftr.,:;/|'! -]/.test(letter) ? 5.6 : 8.8;
}

/** The beginning and the end: paths that begin alike differ at the end. */
export function shortened(text: string): string {
  if (text.length <= MOST_LETTERS) return text;
  return `${text.slice(0, 10)}…${text.slice(11 - MOST_LETTERS)}`;
}

function Picture({
  drawing: { label, nodes, edges, columns = [] },
  layout,
}: {
  readonly drawing: Drawing;
  readonly layout: GraphLayout;
}) {
  const head = columns.length === 0 ? 0 : HEAD;
  const height = layout.height + head;
  return (
    <section class="graph scroll" tabindex={0} aria-label={label}>
      <svg width={layout.width} height={height} viewBox={`0 ${-head} ${layout.width} ${height}`}>
        <title>{label}</title>
        <defs>
          <marker
            id="arrow"
            viewBox="0 0 8 8"
            refX="8"
            refY="4"
            markerWidth="8"
            markerHeight="8"
            markerUnits="userSpaceOnUse"
            orient="auto"
          >
            <path d="M0 0 8 4 0 8z" class="head" />
          </marker>
        </defs>
        {columns.map((text, column) => (
          <text class="column-head" x={columnStart(nodes, layout, column)} y={-8}>
            {text}
          </text>
        ))}
        {edges.map((edge, index) => (
          <Line edge={edge} points={layout.edges[index] ?? []} />
        ))}
        {inReadingOrder(nodes, layout).map(({ node, box }) => (
          <Box node={node} box={box} />
        ))}
      </svg>
    </section>
  );
}

function columnStart(nodes: readonly DrawnNode[], layout: GraphLayout, column: number): number {
  const starts = nodes.flatMap((node, index) =>
    node.column === column ? [layout.nodes[index]?.x ?? 0] : [],
  );
  return starts.length === 0 ? 0 : Math.min(...starts);
}

/** The order in which the Tab key goes through them. */
function inReadingOrder(
  nodes: readonly DrawnNode[],
  layout: GraphLayout,
): readonly { readonly node: DrawnNode; readonly box: PlacedBox }[] {
  return nodes
    .flatMap((node, index) => {
      const box = layout.nodes[index];
      return box === undefined ? [] : [{ node, box }];
    })
    .toSorted((a, b) => a.box.x - b.box.x || a.box.y - b.box.y);
}

function Box({ node, box }: { readonly node: DrawnNode; readonly box: PlacedBox }) {
  const { label, note, href, tone, border, isRound, isMiddle } = node;
  const { x, y, width, height } = box;
  const drawn = (
    <>
      <title>{note === undefined ? label : `${label}, ${note}`}</title>
      <rect x={x} y={y} width={width} height={height} rx={isRound === true ? height / 2 : 6} />
      <text x={x + 14} y={y + 21}>
        {shortened(label)}
      </text>
      {note === undefined ? null : (
        <text x={x + 14} y={y + 39} class="second">
          {shortened(note)}
        </text>
      )}
    </>
  );
  const kind = ['node', tone, border, isMiddle === true ? 'middle' : undefined]
    .filter((word) => word !== undefined)
    .join(' ');
  return href === undefined ? (
    <g class={kind}>{drawn}</g>
  ) : (
    <a href={href} class={kind}>
      {drawn}
    </a>
  );
}

function Line({ edge, points }: { readonly edge: DrawnEdge; readonly points: readonly Point[] }) {
  const { from, to, label, tone, border } = edge;
  const kind = ['edge', tone, border].filter((word) => word !== undefined).join(' ');
  return (
    <path class={kind} d={pathOf(points)} marker-end="url(#arrow)">
      <title>{`${from} ${label ?? 'before'} ${to}`}</title>
    </path>
  );
}

/** Between layers an edge swings from one height to another; along a layer it is straight. */
function pathOf(points: readonly Point[]): string {
  return points
    .map(({ x, y }, index) => {
      const before = points[index - 1];
      if (before === undefined) return `M${x} ${y}`;
      const middle = (before.x + x) / 2;
      return before.x === x || before.y === y
        ? `L${x} ${y}`
        : `C${middle} ${before.y} ${middle} ${y} ${x} ${y}`;
    })
    .join('');
}
