/** An index that follows edits says the same as one that is made anew. */
import fc from 'fast-check';
import t from 'tap';
import { FactsIndex } from '../../src/validate/facts-index.js';
import type { FileFacts } from '../../src/validate/fact-types.js';
import { NO_FACTS } from '../../src/validate/facts-view.js';

const PATHS = ['a.md', 'b.md', 'c.md'];
const NAMES = ['one', 'two', 'three', 'four'];
const range = { file: '', line: 1, column: 1, endLine: 1, endColumn: 1 };

/** Rows of a table, each with a key, a value that is its own, and a reference. */
const rows = fc.array(
  fc.record({
    key: fc.constantFrom(...NAMES),
    value: fc.constantFrom(...NAMES),
    names: fc.constantFrom(...NAMES),
  }),
  { maxLength: 6 },
);
const edits = fc.array(fc.record({ path: fc.constantFrom(...PATHS), rows: fc.option(rows) }), {
  maxLength: 12,
});

type Row = { readonly key: string; readonly value: string; readonly names: string };

function factsOf(table: readonly Row[]): FileFacts {
  return {
    ...NO_FACTS,
    keys: table.map(({ key }) => ({ object: 'TASK', key, range })),
    uniques: table.map(({ value }) => ({
      object: 'TASK',
      field: 'slug',
      value,
      address: 'TASK',
      range,
    })),
    references: table.map(({ names }) => ({ object: 'TASK', key: names, address: 'TASK', range })),
  };
}

function answers(index: FactsIndex): unknown {
  return {
    keys: [...index.keysOf('TASK')].sort(),
    files: PATHS.map((path) => [...index.sharing(path).keys()]),
    unresolved: PATHS.map((path) =>
      index
        .referring(path)
        .get(path)
        ?.references.map(({ key }) => key),
    ),
  };
}

t.test('after any edits', async (t) => {
  fc.assert(
    fc.property(edits, (made) => {
      const index = new FactsIndex([]);
      const now = new Map<string, FileFacts>();
      for (const { path, rows: table } of made) {
        if (table === null) {
          index.delete(path);
          now.delete(path);
        } else {
          index.set(path, factsOf(table));
          now.set(path, factsOf(table));
        }
      }
      t.strictSame(answers(index), answers(new FactsIndex(now)));
    }),
    { numRuns: 300 },
  );
});

t.test('a reference that leads nowhere is told with the keys that it may mean', async (t) => {
  const index = new FactsIndex([
    ['a.md', factsOf([{ key: 'one', value: 'one', names: 'none' }])],
    ['b.md', factsOf([{ key: 'two', value: 'one', names: 'one' }])],
  ]);
  t.strictSame([...index.sharing('a.md').keys()], ['a.md', 'b.md']);
  t.strictSame(
    index
      .referring('a.md')
      .get('a.md')
      ?.keys.map(({ key }) => key),
    ['one', 'two'],
  );
  t.equal(index.referring('b.md').size, 0);
});
