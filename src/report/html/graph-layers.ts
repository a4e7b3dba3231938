/** In which layer each node of a graph is: to the right of every node that leads to it. */

type Node = { readonly column?: number };
/** By the indexes of nodes. */
type Link = { readonly from: number; readonly to: number };

/** An edge that closes a circle, or leads to a lower column, goes from right to left. */
export function layersOf(nodes: readonly Node[], links: readonly Link[]): readonly number[] {
  const next = nodes.map((): number[] => []);
  for (const { from, to } of links) {
    const isBack = columnOf(nodes[from]) > columnOf(nodes[to]);
    if (from !== to) next[isBack ? to : from]?.push(isBack ? from : to);
  }
  const { order, ahead } = inOrder(next);
  const layers = nodes.map(() => 0);
  const byColumn = order.toSorted((a, b) => columnOf(nodes[a]) - columnOf(nodes[b]));
  let [column, first, last] = [columnOf(nodes[byColumn[0] ?? 0]), 0, 0];
  for (const node of byColumn) {
    if (columnOf(nodes[node]) !== column) [column, first] = [columnOf(nodes[node]), last + 1];
    const layer = Math.max(first, layers[node] ?? 0);
    layers[node] = layer;
    last = Math.max(last, layer);
    for (const after of ahead[node] ?? []) layers[after] = Math.max(layers[after] ?? 0, layer + 1);
  }
  return nodes.some(({ column: own }) => own !== undefined) ? layers : drawnIn(layers, ahead);
}

function columnOf(node: Node | undefined): number {
  return node?.column ?? 0;
}

/** Each node before those that it leads to. An edge that closes a circle is turned. */
function inOrder(next: readonly (readonly number[])[]): {
  readonly order: readonly number[];
  readonly ahead: readonly (readonly number[])[];
} {
  const ahead = next.map((): number[] => []);
  const state = next.map((): 'new' | 'open' | 'done' => 'new');
  const order: number[] = [];
  const visit = (node: number): void => {
    state[node] = 'open';
    for (const after of next[node] ?? []) {
      const isBack = state[after] === 'open';
      ahead[isBack ? after : node]?.push(isBack ? node : after);
      if (state[after] === 'new') visit(after);
    }
    state[node] = 'done';
    order.push(node);
  };
  for (const node of next.keys()) if (state[node] === 'new') visit(node);
  return { order: order.reverse(), ahead };
}

/** What nothing leads to is next to the first that it leads to, not at the left edge. */
function drawnIn(
  layers: readonly number[],
  ahead: readonly (readonly number[])[],
): readonly number[] {
  const isReached = new Set(ahead.flat());
  return layers.map((layer, node) => {
    const after = (ahead[node] ?? []).map((to) => layers[to] ?? 0);
    return isReached.has(node) || after.length === 0 ? layer : Math.min(...after) - 1;
  });
}
