/** While somebody edits a page of tables, it says the same as if it were read anew each time. */
import { deepStrictEqual } from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import { makeProjects } from '../../bench/make-large.js';
import { KeptRows } from '../../src/markdown/kept-rows.js';
import type { Rec } from '../../src/markdown/types.js';
import type { FileFacts } from '../../src/validate/fact-types.js';
import { FactsIndex } from '../../src/validate/facts-index.js';
import { KnownRows } from '../../src/validate/known-rows.js';
import { factsOf, validateFile } from '../../src/validate/validate-file.js';
import { overlay } from '../../src/workspace/overlay.js';
import type { Snapshot } from '../../src/workspace/types.js';
import { makeWorkspace } from '../support/make-workspace.js';

const PROJECTS = 7;
const PAGES = [
  { path: 'ACTIVE-PROJECTS.md', object: 'DISPATCH' },
  { path: 'MODEL-TIERS.md', object: 'MODEL-TIER' },
] as const;
/** What somebody types or pastes, most of it with a meaning in a table. */
const TYPED = [
  ...['|', '\n', '\r\n', '\n\n', ' ', 'x', '-', '\\', '<br>', '`', '```\n', '## Projects\n', '1'],
  ...['| active |', '| activ |', '| 1 | project-00001 |', 'project-00002', '\u200b', '# ', '> '],
  '| 3 | project-00003 | PROJECTS/project-00003/LONGRUNNER.md | survey | active | - | - |\n',
  '<!-- nocturne-ignore reference-unresolved: soon -->\n',
];

const edits = fc.array(
  fc.record({
    page: fc.constantFrom(...PAGES),
    /** In the text, from 0 to 1; most edits are inside its table. */
    place: fc.double({ min: 0.1, max: 0.9, noNaN: true }),
    removed: fc.constantFrom(0, 0, 1, 1, 8, 40, 200),
    typed: fc.option(fc.constantFrom(...TYPED), { freq: 5 }),
    undone: fc.boolean(),
  }),
  { minLength: 1, maxLength: 12 },
);

type Read = { readonly found: unknown; readonly records: unknown; readonly facts: unknown };

t.test('after any edits', async (t) => {
  const { root, workspace } = makeWorkspace(t.testdir());
  makeProjects(root, PROJECTS);
  const saved = workspace.snapshot();
  const facts = new Map(
    [...saved.files.keys()].flatMap((path): [string, FileFacts][] => {
      const own = factsOf(saved, path);
      return own === undefined ? [] : [[path, own]];
    }),
  );
  fc.assert(
    fc.property(edits, (made) => {
      const [index, rows, known] = [new FactsIndex(facts), new KeptRows(), new KnownRows()];
      const texts = new Map(PAGES.map(({ path }) => [path, saved.text(path) ?? '']));
      for (const { page, place, removed, typed, undone } of made) {
        const before = texts.get(page.path) ?? '';
        const start = Math.floor(before.length * place);
        const after = before.slice(0, start) + (typed ?? '') + before.slice(start + removed);
        for (const text of undone ? [after, before] : [after]) {
          texts.set(page.path, text);
          const [edited, anew] = [overlay(saved, texts, rows), overlay(saved, texts)];
          const options = { rules: [], known };
          const now = read(edited, page, { ...options, index });
          const fresh = read(anew, page, { rules: [], index: indexOf(anew, facts) });
          deepStrictEqual(now, fresh);
        }
      }
    }),
    { numRuns: 60 },
  );
});

function indexOf(snapshot: Snapshot, facts: ReadonlyMap<string, FileFacts>): FactsIndex {
  const index = new FactsIndex(facts);
  for (const { path } of PAGES) {
    const own = factsOf(snapshot, path);
    if (own !== undefined) index.set(path, own);
  }
  return index;
}

function read(
  snapshot: Snapshot,
  { path, object }: (typeof PAGES)[number],
  options: Parameters<typeof validateFile>[2],
): Read {
  const found = validateFile(snapshot, path, options);
  const records = snapshot.recordsIn(path, object).map(plain);
  return { found, records, facts: options.index?.get(path) };
}

function plain(record: Rec): unknown {
  return { ...record, fields: [...record.fields] };
}

t.test('a row that only moved is the record that it was', async (t) => {
  const { root, workspace } = makeWorkspace(t.testdir());
  makeProjects(root, PROJECTS);
  const [saved, rows, page] = [workspace.snapshot(), new KeptRows(), 'ACTIVE-PROJECTS.md'];
  const text = saved.text(page) ?? '';
  const recordsOf = (now: string): readonly Rec[] =>
    overlay(saved, new Map([[page, now]]), rows).recordsIn(page, 'DISPATCH');
  const cellsOf = (records: readonly Rec[], index: number) => records[index]?.fields;
  const before = recordsOf(text);
  const longer = recordsOf(text.replace('| 3 |', '| 33 |'));
  t.equal(longer[1], before[1], 'above the change');
  t.not(longer[2], before[2], 'the change');
  const after = recordsOf(text);
  t.equal(cellsOf(after, 5), cellsOf(before, 5), 'below it, when it is undone');
});
