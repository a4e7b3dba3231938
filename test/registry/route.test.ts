import t from 'tap';
import { loadSchema } from '../../src/registry/load-schema.js';
import { routeOf, routesOf } from '../../src/registry/route.js';
import type { Schema } from '../../src/registry/types.js';
import { SMALL } from './small-registry.js';

function withRoutes(rows: readonly string[]): Schema {
  return loadSchema(SMALL.replace('| `audit/**` | APPEND | - | logs |', rows.join('\n'))).schema;
}

t.test('the most specific pattern holds, wherever it stands in the table', async (t) => {
  const rows = [
    '| `os/**` | PROTECTED | - | all |',
    '| `os/*.md` | CODE | - | pages |',
    '| `os/TOOLS.md` | STANDARD | finish | one |',
    '| `os/T*.md` | APPEND | - | some |',
  ];
  const cases: Readonly<Record<string, string>> = {
    'os/deep/x.md': 'os/**',
    'os/x.md': 'os/*.md',
    'os/TOOLS.md': 'os/TOOLS.md',
    'os/TASKS.md': 'os/T*.md',
    'os/.hidden': 'os/**',
  };
  for (const order of [rows, [...rows].reverse()]) {
    const schema = withRoutes(order);
    for (const [path, pattern] of Object.entries(cases)) {
      t.equal(routeOf(schema, path).pattern, pattern, path);
      t.equal(routesOf(schema, path).length, 1);
    }
  }
  t.same(routeOf(withRoutes(rows), 'os/TOOLS.md').bundles, ['finish']);
});

t.test('equally specific patterns are all named, for whoever has to say so', async (t) => {
  const schema = withRoutes([
    '| `os/a*.md` | PROTECTED | - | - |',
    '| `os/*a.md` | CODE | - | - |',
  ]);
  t.same(
    routesOf(schema, 'os/aa.md')
      .map((route) => route.pattern)
      .sort(),
    ['os/*a.md', 'os/a*.md'],
  );
  t.equal(routesOf(schema, 'os/ab.md').length, 1);
});

t.test(
  'a file that no pattern names is STANDARD, and no pattern is said to match it',
  async (t) => {
    const schema = withRoutes(['| `os/**` | PROTECTED | - | - |']);
    t.same(routesOf(schema, 'elsewhere.md'), []);
    t.match(routeOf(schema, 'elsewhere.md'), {
      pattern: 'elsewhere.md',
      tier: 'STANDARD',
      bundles: [],
      note: 'not listed',
    });
    t.equal(routeOf(schema, 'tasks.md').note, 'not listed', 'upper and lower case are different');
  },
);
