/** Where boxes and bends are in their layers: few crossings, near what they are joined to. */

/** `before`, `after`: what it is joined to in the layers next to it. */
export type Slot = {
  readonly layer: number;
  readonly height: number;
  readonly isBend: boolean;
  readonly before: Slot[];
  readonly after: Slot[];
  /** In its layer, from the top. */
  order: number;
  /** Of its middle. */
  y: number;
  /** The order or the place that its neighbours ask for. */
  wanted: number;
};
type Side = 'before' | 'after';

const ROUNDS = 4;
const BETWEEN_BOXES = 12;
const BETWEEN_BENDS = 8;
/** Edges are to be straight rather than boxes in the middle of what they are joined to. */
const WEIGHT_OF_BEND = 8;

/** Each at the mean place of its neighbours, layer by layer, to the right and back. */
export function orderSlots(layers: readonly Slot[][]): void {
  for (const layer of layers) number(layer);
  sweep(layers, (layer, side) => {
    for (const slot of layer) slot.wanted = meanOf(slot[side], 'order') ?? slot.order;
    layer.sort((a, b) => a.wanted - b.wanted || a.order - b.order);
    number(layer);
  });
}

function number(layer: readonly Slot[]): void {
  for (const [order, slot] of layer.entries()) slot.order = order;
}

/** As near as the order allows to the middle of its neighbours. */
export function placeSlots(layers: readonly Slot[][]): void {
  for (const layer of layers) place(layer);
  sweep(layers, (layer, side) => {
    for (const slot of layer) slot.wanted = meanOf(slot[side], 'y') ?? slot.y;
    place(layer);
  });
}

function sweep(layers: readonly Slot[][], visit: (layer: Slot[], side: Side) => void): void {
  for (let round = 0; round < ROUNDS; round++) {
    for (const layer of layers) visit(layer, 'before');
    for (const layer of layers.toReversed()) visit(layer, 'after');
  }
}

function meanOf(slots: readonly Slot[], of: 'order' | 'y'): number | undefined {
  if (slots.length === 0) return undefined;
  let sum = 0;
  for (const slot of slots) sum += slot[of];
  return sum / slots.length;
}

/** Slots that stand as close as they may. `y`: less the room that those above in the layer take. */
type Block = { y: number; weight: number; count: number };

/**
 * The least sum of squared distances from the wanted places, by pooling neighbours that are too
 * close (Ayer and others, 1955).
 */
function place(layer: readonly Slot[]): void {
  const blocks: Block[] = [];
  const offsets: number[] = [];
  for (const [index, slot] of layer.entries()) {
    const offset = (offsets[index - 1] ?? 0) + distance(layer[index - 1], slot);
    offsets.push(offset);
    let block = { y: slot.wanted - offset, weight: slot.isBend ? WEIGHT_OF_BEND : 1, count: 1 };
    for (let above = blocks.at(-1); above && above.y > block.y; above = blocks.at(-1)) {
      const weight = above.weight + block.weight;
      const y = (above.y * above.weight + block.y * block.weight) / weight;
      block = { y, weight, count: above.count + block.count };
      blocks.pop();
    }
    blocks.push(block);
  }
  let index = 0;
  for (const { y, count } of blocks)
    for (const end = index + count; index < end; index++) {
      const slot = layer[index];
      if (slot !== undefined) slot.y = y + (offsets[index] ?? 0);
    }
}

function distance(above: Slot | undefined, below: Slot | undefined): number {
  if (above === undefined || below === undefined) return 0;
  const between = above.isBend && below.isBend ? BETWEEN_BENDS : BETWEEN_BOXES;
  return (above.height + below.height) / 2 + between;
}
