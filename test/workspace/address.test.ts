import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { NocturneError } from '../../src/kernel/error.js';
import { addressOf } from '../../src/workspace/address.js';
import { openSnapshot } from '../../src/workspace/snapshot.js';
import { SMALL } from '../registry/small-registry.js';
import { errorOf } from './one-project.js';

const BOTH = '| WORD | `TASKS.md` | section | `## *` | id | all | all |\n| LOG |';
const root = t.testdir({
  'REGISTRY.md': SMALL.replace('| LOG |', BOTH).replace(
    '| LOG | seq |',
    '| WORD | id | token | yes | - | - | agent |\n| WORD | status | text | no | - | - | agent |\n| LOG | seq |',
  ),
  'TASKS.md':
    '# T\n\n## Tasks\n\n- **Status:** good\n\n| Slug | Status | Rank |\n|---|---|---|\n| a | open | 3 |\n| b.1 | done | - |\n| twice | open | 1 |\n| twice | done | 2 |\n| Tasks | open | - |\n',
  'NOTES.md': '# N\n\n## Inbox\n\n### N-1 First\n\n- **Other:** x\n',
  PLANS: {
    a: { 'PLAN.md': '---\ngoal:\n  text: Ship it\n---\n' },
    b: { 'PLAN.md': '---\ngoal: {}\n---\n' },
  },
  audit: { 'LOG.md': '# L\n\n## Log\n\n| Seq | What | Chain |\n|---|---|---|\n| 1 | x | abc |\n' },
  'plain.md': 'x',
});
const snapshot = openSnapshot(root, { now: new Date(0) });
const value = (address: string): string | undefined => snapshot.locate(address).cell?.value;

t.test('a value is found by its file or by its object', async (t) => {
  t.same(snapshot.schemaDiagnostics, []);
  t.equal(value('PLANS/a/PLAN.md#goal.text'), 'Ship it');
  t.equal(value('PLAN[a].goal.text'), 'Ship it');
  t.equal(value('TASKS.md#a.rank'), '3');
  t.equal(value('TASK[a].rank'), '3');
  t.equal(value('NOTES.md#N-1.title'), 'First');
  t.equal(value('NOTE[N-1].other'), 'x', 'a field that R2 does not declare');
  t.equal(value('audit/LOG.md#1.what'), 'x');
  t.equal(
    value('TASKS.md#b.1.status'),
    'done',
    'a key may hold a dot: the field is what follows the last one',
  );
});

t.test('the key of a document is in its path: no other document is read for it', async (t) => {
  const read: string[] = [];
  const counting = openSnapshot(root, {
    now: new Date(0),
    read(path) {
      read.push(path);
      return readFileSync(join(root, path));
    },
  });
  t.equal(counting.locate('PLAN[b].goal.due').file, 'PLANS/b/PLAN.md');
  t.same(
    read.filter((path) => path.startsWith('PLANS/')),
    ['PLANS/b/PLAN.md'],
  );
});

t.test('what was found is said: file, object, record, field, and where it stands', async (t) => {
  t.match(snapshot.locate('TASK[a].rank'), {
    file: 'TASKS.md',
    field: 'rank',
    object: { object: 'TASK' },
    record: { key: 'a' },
    cell: { range: { line: 9, column: 14 } },
  });
});

t.test('a declared field that is not there yet has a place but no cell', async (t) => {
  t.equal(snapshot.locate('PLANS/b/PLAN.md#goal.text').cell, undefined);
  t.equal(snapshot.locate('PLAN[b].goal.due').cell, undefined);
});

t.test(
  'what is no address, names nothing or names two is refused with what to write',
  async (t) => {
    const cases: readonly (readonly [
      address: string,
      code: string,
      message: RegExp,
      hint: RegExp,
    ])[] = [
      ['TASKS.md', 'BAD_ADDRESS', /"TASKS\.md" is not an address/, /FILE#field/],
      ['#a.rank', 'BAD_ADDRESS', /not an address/, /OBJECT\[key\]\.field/],
      ['TASKS.md#', 'BAD_ADDRESS', /not an address/, /./],
      ['', 'BAD_ADDRESS', /not an address/, /./],
      ['gone.md#a.b', 'NOT_FOUND', /there is no file gone\.md/, /relative to the workspace/],
      ['plain.md#a.b', 'NOT_FOUND', /plain\.md has no object/, /R1/],
      [
        'TASKS.md#z.rank',
        'NOT_FOUND',
        /TASKS\.md has no TASK with the key "z"/,
        /keys: a, b\.1, twice/,
      ],
      ['TASKS.md#a.rnk', 'NOT_FOUND', /TASK has no field "rnk"/, /slug, status, rank/],
      [
        'PLANS/a/PLAN.md#goal.txt',
        'NOT_FOUND',
        /PLAN has no field "goal\.txt"/,
        /goal\.text, goal\.due/,
      ],
      ['NOPE[a].rank', 'NOT_FOUND', /does not declare an object NOPE/, /objects: TASK, PLAN/],
      ['TASK[z].rank', 'NOT_FOUND', /there is no TASK with the key "z"/, /keys: a/],
      ['TASK[a].rnk', 'NOT_FOUND', /TASK has no field "rnk"/, /slug, status/],
      [
        'TASK[twice].rank',
        'AMBIGUOUS',
        /2 records of TASK have the key "twice"/,
        /TASKS\.md:11, TASKS\.md:12/,
      ],
      [
        'TASKS.md#twice.rank',
        'AMBIGUOUS',
        /2 records of TASK have the key "twice"/,
        /TASKS\.md:11, TASKS\.md:12/,
      ],
      [
        'TASKS.md#Tasks.status',
        'AMBIGUOUS',
        /can mean TASK or WORD/,
        /write TASK\[Tasks\]\.status/,
      ],
    ];
    for (const [address, code, message, hint] of cases)
      t.match(
        errorOf(() => snapshot.locate(address)),
        { code, message, hint },
        address,
      );
    t.equal(value('WORD[Tasks].status'), 'good', 'and what the hint says to write works');
  },
);

t.test('the address in the change log leads back to the field', async (t) => {
  for (const object of snapshot.schema.objects.values()) {
    for (const record of snapshot
      .records(object.object)
      .filter((one) => one.key !== 'twice' && one.key !== 'Tasks')) {
      for (const [field, cell] of record.fields)
        t.equal(
          snapshot.locate(addressOf(object, record, field)).cell,
          cell,
          addressOf(object, record, field),
        );
    }
  }
});

t.test('any text is an address, or an error of ours', async (t) => {
  const part = fc.oneof(
    fc.string(),
    fc.constantFrom(
      'TASKS.md',
      '#',
      '.',
      'a',
      'rank',
      'TASK',
      '[',
      ']',
      'PLANS/a/PLAN.md',
      'goal',
      '__proto__',
      'constructor',
    ),
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 7 }), (parts) => {
      try {
        snapshot.locate(parts.join(''));
        return true;
      } catch (error) {
        return (
          error instanceof NocturneError &&
          ['BAD_ADDRESS', 'NOT_FOUND', 'AMBIGUOUS'].includes(error.code)
        );
      }
    }),
    { numRuns: 3000 },
  );
  t.pass('held');
});
