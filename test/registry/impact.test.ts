import fc from 'fast-check';
import t from 'tap';
import { impactOf, triggerCycles } from '../../src/registry/impact.js';
import { loadSchema } from '../../src/registry/load-schema.js';
import { type Edge, EDGE_KINDS, type EdgeKind, type Schema } from '../../src/registry/types.js';
import { SMALL } from './small-registry.js';

const BASE = loadSchema(SMALL).schema;
const RANGE = { file: 'REGISTRY.md', line: 1, column: 1, endLine: 1, endColumn: 1 };
type Row = readonly [source: string, kind: EdgeKind, target: string];

function withEdges(rows: readonly Row[], more: Partial<Schema> = {}): Schema {
  return {
    ...BASE,
    edges: rows.map(
      ([source, kind, target]): Edge => ({ source, kind, target, note: '', range: RANGE }),
    ),
    ...more,
  };
}

function reached(
  rows: readonly Row[],
  paths: readonly string[],
  files: readonly string[] = [],
): readonly string[] {
  return impactOf(withEdges(rows), files, paths).map((node) => node.file);
}

t.test('each kind of edge leads where a change is felt', async (t) => {
  const towards: Readonly<Record<EdgeKind, 'target' | 'source'>> = {
    WRITES: 'target',
    TRIGGERS: 'target',
    AUTHORIZES: 'target',
    READS: 'source',
    REFERENCES: 'source',
    VALIDATES: 'source',
  };
  t.same(Object.keys(towards).sort(), [...EDGE_KINDS].sort());
  for (const kind of EDGE_KINDS) {
    const rows: readonly Row[] = [['source.md', kind, 'target.md']];
    t.same(
      reached(rows, ['source.md']),
      towards[kind] === 'target' ? ['target.md'] : [],
      `${kind}, the source changed`,
    );
    t.same(
      reached(rows, ['target.md']),
      towards[kind] === 'source' ? ['source.md'] : [],
      `${kind}, the target changed`,
    );
  }
});

t.test(
  'what is reached is followed on, nearest first, each once, with the edge and the node that led there',
  async (t) => {
    const schema = withEdges([
      ['b.md', 'READS', 'a.md'],
      ['b.md', 'TRIGGERS', 'BUNDLE:do'],
      ['BUNDLE:do', 'WRITES', 'c.md'],
      ['c.md', 'REFERENCES', 'a.md'],
      ['d.md', 'VALIDATES', 'c.md'],
    ]);
    t.same(impactOf(schema, [], ['a.md']), [
      { file: 'b.md', edge: 'READS', via: 'a.md', protected: false },
      { file: 'c.md', edge: 'REFERENCES', via: 'a.md', protected: false },
      { file: 'BUNDLE:do', edge: 'TRIGGERS', via: 'b.md', protected: false },
      { file: 'd.md', edge: 'VALIDATES', via: 'c.md', protected: false },
    ]);
  },
);

t.test('loops end, and nothing is its own effect', async (t) => {
  t.same(
    reached(
      [
        ['a.md', 'WRITES', 'b.md'],
        ['b.md', 'WRITES', 'c.md'],
        ['c.md', 'WRITES', 'a.md'],
        ['a.md', 'WRITES', 'a.md'],
      ],
      ['a.md'],
    ),
    ['b.md', 'c.md'],
  );
});

t.test('the first star of both ends is the same project', async (t) => {
  const files = [
    'PROJECTS/x/PHASES.md',
    'PROJECTS/y/PHASES.md',
    'PROJECTS/x/LONGRUNNER.md',
    'PROJECTS/y/LONGRUNNER.md',
    'PROJECTS/x/outputs/a.md',
    'PROJECTS/x/outputs/deep/b.md',
    'PROJECTS/y/outputs/c.md',
  ];
  const rows: readonly Row[] = [
    ['PROJECTS/*/LONGRUNNER.md', 'REFERENCES', 'PROJECTS/*/PHASES.md'],
    ['PROJECTS/*/LONGRUNNER.md', 'WRITES', 'PROJECTS/*/outputs/**'],
  ];
  t.same(reached(rows, ['PROJECTS/x/PHASES.md'], files), [
    'PROJECTS/x/LONGRUNNER.md',
    'PROJECTS/x/outputs/a.md',
    'PROJECTS/x/outputs/deep/b.md',
  ]);
  t.same(
    reached(rows, ['PROJECTS/new/LONGRUNNER.md'], files),
    ['PROJECTS/new/outputs/**'],
    'a pattern that no file matches yet is named with the project in it',
  );
  t.same(
    reached([['ACTIVE.md', 'WRITES', 'PROJECTS/*/PHASES.md']], ['ACTIVE.md'], files),
    ['PROJECTS/x/PHASES.md', 'PROJECTS/y/PHASES.md'],
    'an end without a star means every project',
  );
});

t.test('other wildcards bind nothing', async (t) => {
  const files = ['PROJECTS/a/x.md', 'PROJECTS/b/x.md'];
  t.same(reached([['{a,b}/in.md', 'WRITES', 'PROJECTS/*/x.md']], ['a/in.md'], files), files);
  t.same(reached([['in/**', 'WRITES', 'PROJECTS/*/x.md']], ['in/a'], files), files);
  t.same(reached([['in/?/**', 'WRITES', 'PROJECTS/*/x.md']], ['in/a/q'], files), files);
});

t.test('an object stands for its files, at either end', async (t) => {
  const files = ['TASKS.md', 'PLANS/p/PLAN.md', 'PLANS/q/PLAN.md', 'PLANS/p/notes.md'];
  const rows: readonly Row[] = [
    ['OBJECT:TASK', 'REFERENCES', 'OBJECT:PLAN'],
    ['BUNDLE:finish', 'WRITES', 'OBJECT:PLAN'],
    ['PLANS/*/notes.md', 'READS', 'OBJECT:PLAN'],
  ];
  t.same(
    reached(rows, ['PLANS/p/PLAN.md'], files),
    ['TASKS.md', 'PLANS/p/notes.md'],
    'the plan of p is read by the notes of p alone',
  );
  t.same(reached(rows, ['BUNDLE:finish'], files), [
    'PLANS/p/PLAN.md',
    'PLANS/q/PLAN.md',
    'TASKS.md',
    'PLANS/p/notes.md',
    'PLANS/q/notes.md',
  ]);
  t.same(
    reached(
      [
        ['OBJECT:GONE', 'WRITES', 'a.md'],
        ['b.md', 'WRITES', 'OBJECT:GONE'],
      ],
      ['b.md'],
      files,
    ),
    ['OBJECT:GONE', 'a.md'],
    'an object that is not declared stands for itself',
  );
});

t.test('protected files are marked, bundles and patterns are not', async (t) => {
  const route = (pattern: string) => ({
    pattern,
    tier: 'PROTECTED' as const,
    bundles: [],
    note: '',
    range: RANGE,
  });
  const schema = withEdges(
    [
      ['a.md', 'WRITES', 'safe/b.md'],
      ['a.md', 'TRIGGERS', 'BUNDLE:safe'],
      ['a.md', 'WRITES', 'c.md'],
      ['a.md', 'WRITES', 'none/*.md'],
    ],
    { routes: [route('safe/**'), route('none/**')] },
  );
  t.same(
    impactOf(schema, [], ['a.md']).map((node) => [node.file, node.protected]),
    [
      ['safe/b.md', true],
      ['BUNDLE:safe', false],
      ['c.md', false],
      ['none/*.md', false],
    ],
  );
});

t.test('over 100,000 edges the answer is that of the plainest closure', async (t) => {
  const name = (n: number): string => `dir${n % 97}/file${n}.md`;
  const edges = fc.sample(
    fc.tuple(fc.nat(79_999), fc.constantFrom(...EDGE_KINDS), fc.nat(79_999)),
    { numRuns: 100_000, seed: 7 },
  );
  const rows = edges.map(([from, kind, to]): Row => [name(from), kind, name(to)]);
  const schema = withEdges(rows);
  impactOf(schema, [], [name(0)]);
  const forward = new Set<EdgeKind>(['WRITES', 'TRIGGERS', 'AUTHORIZES']);
  const next = new Map<string, Set<string>>();
  for (const [source, kind, target] of rows) {
    const [from, to] = forward.has(kind) ? [source, target] : [target, source];
    next.set(from, (next.get(from) ?? new Set()).add(to));
  }
  const closure = (start: string): Set<string> => {
    const all = new Set([start]);
    for (const node of all) for (const one of next.get(node) ?? []) all.add(one);
    all.delete(start);
    return all;
  };
  let most = 0;
  for (const start of [1, 500, 40_000, 79_999].map(name)) {
    const found = impactOf(schema, [], [start]).map((node) => node.file);
    t.equal(new Set(found).size, found.length, `${start}: each once`);
    t.same(new Set(found), closure(start), start);
    most = Math.max(most, found.length);
  }
  t.ok(most > 10_000, `${most} nodes were reached`);
});

t.test(
  'on small random graphs with patterns nothing is missed and nothing is invented',
  async (t) => {
    const files = ['p/a/x.md', 'p/a/y.md', 'p/b/x.md', 'p/b/y.md', 'top.md'];
    const end = fc.constantFrom(
      ...files,
      'p/*/x.md',
      'p/*/y.md',
      'p/**',
      'BUNDLE:one',
      'BUNDLE:two',
    );
    const expand = (pattern: string, project: string | undefined): readonly string[] => {
      if (pattern === 'p/**') return files.slice(0, 4);
      if (!pattern.includes('*')) return [pattern];
      return project === undefined
        ? ['a', 'b'].map((one) => pattern.replace('*', one))
        : [pattern.replace('*', project)];
    };
    fc.assert(
      fc.property(
        fc.array(fc.tuple(end, fc.constantFrom<EdgeKind>('WRITES', 'READS'), end), {
          maxLength: 8,
        }),
        fc.constantFrom(...files),
        (rows, start) => {
          const seen = new Set([start]);
          for (const node of seen) {
            for (const [source, kind, target] of rows) {
              const [from, to] = kind === 'WRITES' ? [source, target] : [target, source];
              if (!expand(from, undefined).includes(node)) continue;
              const bound = /^p\/\*\//.test(from) ? node.split('/')[1] : undefined;
              for (const one of expand(to, bound)) seen.add(one);
            }
          }
          seen.delete(start);
          const found = impactOf(withEdges(rows), files, [start]).map((node) => node.file);
          return found.length === seen.size && found.every((one) => seen.has(one));
        },
      ),
      { numRuns: 2000 },
    );
    t.pass('held');
  },
);

t.test('loops of TRIGGERS are found, each once, as the way round', async (t) => {
  const rows: readonly Row[] = [
    ['a', 'TRIGGERS', 'b'],
    ['b', 'TRIGGERS', 'c'],
    ['c', 'TRIGGERS', 'b'],
    ['d', 'TRIGGERS', 'd'],
    ['x', 'TRIGGERS', 'a'],
    ['c', 'WRITES', 'a'],
  ];
  t.same(
    triggerCycles(withEdges(rows)).map((cycle) => cycle.nodes),
    [
      ['b', 'c', 'b'],
      ['d', 'd'],
    ],
  );
  t.same(
    triggerCycles(withEdges(rows)).map(({ edge }) => [edge.source, edge.target]),
    [
      ['c', 'b'],
      ['d', 'd'],
    ],
  );
});

t.test('two ways to the same place are no loop', async (t) => {
  t.same(
    triggerCycles(
      withEdges([
        ['a', 'TRIGGERS', 'b'],
        ['a', 'TRIGGERS', 'c'],
        ['b', 'TRIGGERS', 'd'],
        ['c', 'TRIGGERS', 'd'],
        ['d', 'READS', 'a'],
      ]),
    ),
    [],
  );
});

t.test('a loop is found exactly where there is one', async (t) => {
  const node = fc.constantFrom('a', 'b', 'c', 'd', 'e');
  fc.assert(
    fc.property(fc.array(fc.tuple(node, node), { maxLength: 9 }), (pairs) => {
      const reach = new Set(pairs.map(([a, b]) => a + b));
      for (let grown = -1; grown !== reach.size; ) {
        grown = reach.size;
        for (const one of [...reach])
          for (const two of [...reach]) if (one[1] === two[0]) reach.add(`${one[0]}${two[1]}`);
      }
      const cycles = triggerCycles(withEdges(pairs.map(([a, b]): Row => [a, 'TRIGGERS', b])));
      const real = cycles.every(
        ({ nodes }) =>
          nodes.at(0) === nodes.at(-1) &&
          nodes.slice(1).every((to, i) => pairs.some(([a, b]) => a === nodes[i] && b === to)),
      );
      return (
        real && cycles.length > 0 === ['a', 'b', 'c', 'd', 'e'].some((one) => reach.has(one + one))
      );
    }),
    { numRuns: 2000 },
  );
  t.pass('held');
});
