/**
 * Where the nodes and edges of a graph stand: left to right in layers, as Sugiyama, Tagawa and Toda
 * draw it (1981). An edge over several layers has a bend in each of them, and so goes around the
 * boxes there. The same graph is laid out once.
 */
import { layersOf } from './graph-layers.js';
import { orderSlots, placeSlots, type Slot } from './graph-slots.js';

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

const PADDING = 8;
const BETWEEN_LAYERS = 56;
/** Layouts that are kept: a page is loaded again whenever something changes. */
const MOST_KEPT = 50;

const kept = new Map<string, GraphLayout>();

export function layoutGraph(input: LayoutInput): GraphLayout {
  const key = JSON.stringify(input);
  const layout = kept.get(key) ?? computed(input);
  kept.delete(key);
  kept.set(key, layout);
  const [oldest] = kept.keys();
  if (kept.size > MOST_KEPT && oldest !== undefined) kept.delete(oldest);
  return layout;
}

function computed({ nodes, edges }: LayoutInput): GraphLayout {
  if (nodes.length === 0) return { width: 0, height: 0, nodes: [], edges: [] };
  const indexes = new Map(nodes.map(({ id }, index) => [id, index]));
  const links = edges.map(({ from, to }) => ({
    from: indexes.get(from) ?? 0,
    to: indexes.get(to) ?? 0,
  }));
  const layerOf = layersOf(nodes, links);
  const slots = nodes.map(({ height }, index) => slotIn(layerOf[index] ?? 0, height));
  const chains = links.map(({ from, to }) => chainOf(slots[from], slots[to]));
  const all = new Set([...slots, ...chains.flat()]);
  const layers: Slot[][] = [];
  for (const slot of all) (layers[slot.layer] ??= []).push(slot);
  orderSlots(layers);
  placeSlots(layers);
  const top = PADDING - Math.min(...layers.flat().map(({ y, height }) => y - height / 2));
  const bottom = Math.max(...layers.flat().map(({ y, height }) => y + height / 2));
  const bands = bandsOf(layers.length, (layer) =>
    nodes.flatMap(({ width }, index) => (layerOf[index] === layer ? [width] : [])),
  );
  const boxes = nodes.map(({ width, height }, index): PlacedBox => {
    const { layer, y } = slots[index] ?? slotIn(0, height);
    return { x: bands[layer]?.left ?? 0, y: Math.round(top + y - height / 2), width, height };
  });
  const line = ({ from, to }: Link, index: number): readonly Point[] => {
    const bends = (chains[index] ?? []).flatMap(({ layer, y }) => {
      const { left = 0, right = 0 } = bands[layer] ?? {};
      return [left, right].map((x) => ({ x, y: Math.round(top + y) }));
    });
    const first = Math.min(layerOf[from] ?? 0, layerOf[to] ?? 0);
    return lineBetween(boxes[from], boxes[to], { bends, leaves: bands[first]?.right ?? 0 });
  };
  return {
    width: (bands.at(-1)?.right ?? 0) + PADDING,
    height: Math.ceil(top + bottom) + PADDING,
    nodes: boxes,
    edges: links.map(line),
  };
}

type Link = { readonly from: number; readonly to: number };

function slotIn(layer: number, height: number, isBend = false): Slot {
  return { layer, height, isBend, before: [], after: [], order: 0, y: 0, wanted: 0 };
}

/** Joins two boxes, and gives the bends between them from left to right. */
function chainOf(from: Slot | undefined, to: Slot | undefined): readonly Slot[] {
  if (from === undefined || to === undefined || from === to) return [];
  const [left, right] = from.layer < to.layer ? [from, to] : [to, from];
  const bends: Slot[] = [];
  for (let layer = left.layer + 1; layer < right.layer; layer++) bends.push(slotIn(layer, 0, true));
  const chain = [left, ...bends, right];
  for (const [index, slot] of chain.entries()) {
    const next = chain[index + 1];
    if (next === undefined) break;
    slot.after.push(next);
    next.before.push(slot);
  }
  return bends;
}

/** From where to where each layer reaches. */
function bandsOf(
  layers: number,
  widthsIn: (layer: number) => readonly number[],
): readonly { readonly left: number; readonly right: number }[] {
  let left = PADDING;
  return Array.from({ length: layers }, (_, layer) => {
    const band = { left, right: left + Math.max(0, ...widthsIn(layer)) };
    left = band.right + BETWEEN_LAYERS;
    return band;
  });
}

/** @param leaves where its first layer ends: up to there it is straight, along wider boxes. */
function lineBetween(
  from: PlacedBox | undefined,
  to: PlacedBox | undefined,
  { bends, leaves }: { readonly bends: readonly Point[]; readonly leaves: number },
): readonly Point[] {
  if (from === undefined || to === undefined) return [];
  if (from === to) return loopAt(from);
  const isForward = from.x < to.x;
  const [left, right] = isForward ? [from, to] : [to, from];
  const start = left.y + left.height / 2;
  const points = [
    { x: left.x + left.width, y: start },
    ...(left.x + left.width < leaves ? [{ x: leaves, y: start }] : []),
    ...bends,
    { x: right.x, y: right.y + right.height / 2 },
  ];
  const turns = points.filter(
    ({ y }, index) => y !== points[index - 1]?.y || y !== points[index + 1]?.y,
  );
  return isForward ? turns : turns.reverse();
}

/** From the right side of a box over its top. */
function loopAt({ x, y, width, height }: PlacedBox): readonly Point[] {
  const [middle, right] = [y + height / 2, x + width];
  return [
    { x: right, y: middle },
    { x: right + PADDING, y: middle },
    { x: right + PADDING, y: y - PADDING },
    { x: right - PADDING, y: y - PADDING },
    { x: right - PADDING, y },
  ];
}
