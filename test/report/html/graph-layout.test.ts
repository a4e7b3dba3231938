/** Layout and drawing of graphs: layers, columns, what is drawn and what is escaped. */
import t from 'tap';
import { drawGraph, shortened } from '../../../src/report/html/draw-graph.js';
import { layoutGraph } from '../../../src/report/html/graph-layout.js';

const box = (id: string, column?: number) => ({
  id,
  width: 100,
  height: 40,
  ...(column === undefined ? {} : { column }),
});

t.test('what is affected stands to the right, and no two boxes overlap', async (t) => {
  const { nodes, edges, width, height } = layoutGraph({
    nodes: ['a', 'b', 'c', 'd'].map((id) => box(id)),
    edges: [
      { from: 'a', to: 'b' },
      { from: 'a', to: 'c' },
      { from: 'b', to: 'd' },
      { from: 'c', to: 'd' },
    ],
  });
  const [a, b, c, d] = nodes;
  if (!a || !b || !c || !d) throw new Error('four nodes');
  t.ok(a.x + 100 <= b.x && b.x === c.x && b.x + 100 <= d.x, 'three layers');
  t.ok(Math.abs(b.y - c.y) >= 40, 'side by side');
  t.ok(nodes.every((each) => each.x + 100 <= width && each.y + 40 <= height));
  t.ok(edges.every((points) => points.length >= 2));
  t.equal(edges[0]?.[0]?.x, a.x + 100, 'an edge begins at the box');
});

t.test('columns keep their order, also for what no edge leads to', async (t) => {
  const { nodes } = layoutGraph({
    nodes: [box('late', 2), box('first', 0), box('second', 1)],
    edges: [{ from: 'first', to: 'second' }],
  });
  const [late, first, second] = nodes.map(({ x }) => x);
  t.ok((first ?? 0) < (second ?? 0) && (second ?? 0) < (late ?? 0));
});

t.test('an edge over several layers goes around the box between its ends', async (t) => {
  const { nodes, edges } = layoutGraph({
    nodes: ['a', 'b', 'c'].map((id) => box(id)),
    edges: [
      { from: 'a', to: 'b' },
      { from: 'b', to: 'c' },
      { from: 'a', to: 'c' },
    ],
  });
  const [, between] = nodes;
  const [, , long] = edges;
  if (!between || !long) throw new Error('three nodes and three edges');
  const inside = long.filter(({ x }) => x >= between.x && x <= between.x + between.width);
  t.equal(inside.length, 2, 'a bend where the box begins, and one where it ends');
  t.ok(inside.every(({ y }) => y < between.y || y > between.y + between.height));
});

t.test('an edge of a box to itself is drawn', async (t) => {
  const { edges } = layoutGraph({ nodes: [box('a')], edges: [{ from: 'a', to: 'a' }] });
  t.ok((edges[0]?.length ?? 0) > 2);
});

t.test('a cycle is laid out, and nothing is a graph too', async (t) => {
  const cycle = [
    { from: 'a', to: 'b' },
    { from: 'b', to: 'a' },
  ];
  const { edges } = layoutGraph({ nodes: [box('a'), box('b')], edges: cycle });
  t.equal(edges.length, 2);
  t.strictSame(layoutGraph({ nodes: [], edges: [] }), {
    width: 0,
    height: 0,
    nodes: [],
    edges: [],
  });
});

t.test(
  'a drawing says by words and borders what it says by colour, and escapes names',
  async (t) => {
    const evil = '<script>alert(1)</script>"';
    const svg = String(
      drawGraph({
        label: 'A test',
        columns: ['wave 1', 'wave 2'],
        nodes: [
          { id: 'a', label: evil, note: '✓ proved', tone: 'good', href: '/x?a="b"', column: 0 },
          { id: 'b', label: 'b', note: '✕ blocked', tone: 'wrong', border: 'dashed', column: 1 },
        ],
        edges: [
          { from: 'a', to: 'b', label: 'before', border: 'thick' },
          { from: 'a', to: 'nowhere' },
        ],
      }),
    );
    t.notMatch(svg, '<script');
    t.notMatch(svg, 'style=');
    t.match(svg, '✓ proved');
    t.match(svg, 'class="node wrong dashed"');
    t.match(svg, 'class="edge thick"');
    t.match(svg, /<title>a before b<\/title>/);
    t.match(svg, 'wave 2');
    t.equal(svg.match(/class="edge/g)?.length, 1, 'an edge to nowhere is not drawn');
    t.ok(svg.indexOf('✓ proved') < svg.indexOf('✕ blocked'), 'in the order of reading');
  },
);

t.test('a long name keeps its beginning and its end', (t) => {
  t.equal(shortened('PROJECTS/inventory/LONGRUNNER.md'), 'PROJECTS/i…ntory/LONGRUNNER.md');
  t.equal(shortened('SOUL.md'), 'SOUL.md');
  t.end();
});
