/** Routes are found by an index; it finds what looking through all patterns finds. */
import fc from 'fast-check';
import t from 'tap';
import { compareSpecificity, globMatches, isLiteral } from '../../src/kernel/glob.js';
import { routeOf, routesOf } from '../../src/registry/route.js';
import type { Route, Schema } from '../../src/registry/types.js';

const range = { file: 'REGISTRY.md', line: 1, column: 1, endLine: 1, endColumn: 1 };

function schemaOf(patterns: readonly string[]): Schema {
  const routes = patterns.map((pattern): Route => ({ pattern, tier: 'PROTECTED', bundles: [], note: '', range }));
  return { file: 'REGISTRY.md', objects: new Map(), routes, edges: [], bundles: new Map(), rules: [], modules: [] };
}

function lookThrough(patterns: readonly string[], path: string): readonly string[] {
  if (patterns.includes(path)) return [path];
  const matching = patterns.filter((pattern) => !isLiteral(pattern) && globMatches(pattern, path)).sort(compareSpecificity);
  return matching.filter((pattern) => compareSpecificity(pattern, matching[0] ?? '') === 0);
}

const part = fc.constantFrom('a', 'b', 'ab', '*', '**', 'a*', '*b', '?', '{a,b}', '{a,b/a}', '[ab]', '!(a)', '.a');
const pattern = fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'));
const path = fc.array(fc.constantFrom('a', 'b', 'ab', 'abb', '.a'), { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));

t.test('the index finds what looking through all patterns finds', async (t) => {
  fc.assert(
    fc.property(fc.uniqueArray(pattern, { maxLength: 8 }), fc.array(path, { minLength: 1, maxLength: 6 }), (patterns, paths) => {
      const schema = schemaOf(patterns);
      for (const one of paths) {
        const found = routesOf(schema, one).map((route) => route.pattern);
        const expected = lookThrough(patterns, one);
        if (JSON.stringify([...found].sort()) !== JSON.stringify([...expected].sort())) throw new Error(`${one}: ${found} instead of ${expected}`);
      }
    }),
    { numRuns: 2000 },
  );
  t.pass();
});

t.test('a file that no pattern names is STANDARD', async (t) => {
  t.equal(routeOf(schemaOf(['a/**']), 'b/c.md').tier, 'STANDARD');
  t.equal(routeOf(schemaOf(['a/**']), 'a/c.md').tier, 'PROTECTED');
});
