import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import {
  findMatching,
  findProtected,
  protectedFiles,
} from '../../src/integrity/protected-files.js';
import type { Route, Schema, Tier } from '../../src/registry/types.js';
import { walk } from '../../src/workspace/walk.js';

const schemaOf = (routes: readonly (readonly [string, Tier])[]): Schema => ({
  file: 'REGISTRY.md',
  objects: new Map(),
  routes: routes.map(
    ([pattern, tier]): Route => ({
      pattern,
      tier,
      bundles: [],
      note: '',
      range: { file: 'REGISTRY.md', line: 1, column: 1, endLine: 1, endColumn: 1 },
    }),
  ),
  edges: [],
  bundles: new Map(),
  rules: [],
  modules: [],
});

const FILES = [
  'a.md',
  'b.md',
  '.hidden',
  'os/x.md',
  'os/y.txt',
  'os/deep/z.md',
  'os/deep/er/w.md',
  'P/one/PHASES.md',
  'P/one/L.md',
  'P/two/PHASES.md',
  'P/README.md',
  '.git/config',
  'node_modules/p/x.md',
  'os/node_modules/x.md',
  '.nocturne/objects/x.md',
];

function tree(root: string): string {
  for (const file of FILES) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), file);
  }
  symlinkSync('../a.md', join(root, 'os', 'link.md'));
  symlinkSync('os', join(root, 'osl'));
  return root;
}

t.test('protected files are found without walking, and are those that a walk finds', async (t) => {
  const root = tree(t.testdir());
  const pattern = fc.constantFrom(
    'a.md',
    'none.md',
    '*',
    '*.md',
    'os/**',
    'os/*',
    'os/*.md',
    'os/deep/**',
    '**',
    '**/*.md',
    '**/z.md',
    'os/**/w.md',
    'P/*/PHASES.md',
    'P/*/*',
    'P/**/L.md',
    '{a,b}.md',
    '{os/deep,P}/**',
    'os/[xy]*',
    'P/o?e/*.md',
    'osl/**',
    'os',
    '.*',
    '**/link.md',
    'os/!(x).md',
  );
  const tier = fc.constantFrom<Tier>('PROTECTED', 'PROTECTED', 'STANDARD', 'CODE');
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.tuple(pattern, tier), { selector: ([one]) => one, maxLength: 6 }),
      (routes) => {
        const schema = schemaOf(routes);
        const walked = protectedFiles(schema, walk(root).keys());
        return findProtected(root, schema).join('\n') === walked.join('\n');
      },
    ),
    { numRuns: 500 },
  );
  t.strictSame(
    findProtected(
      root,
      schemaOf([
        ['os/**', 'PROTECTED'],
        ['os/deep/**', 'STANDARD'],
        ['os/deep/er/w.md', 'PROTECTED'],
      ]),
    ),
    ['os/deep/er/w.md', 'os/link.md', 'os/x.md', 'os/y.txt'],
  );
});

t.test('files that a glob matches are found in the same way', async (t) => {
  const root = tree(t.testdir());
  t.strictSame(findMatching(root, 'P/*/PHASES.md'), ['P/one/PHASES.md', 'P/two/PHASES.md']);
  t.strictSame(findMatching(root, 'no/such/*'), []);
});
