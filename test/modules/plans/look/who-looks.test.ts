import t from 'tap';
import {
  type ChangedFile,
  type Looker,
  THRESHOLDS,
  whoLooks,
} from '../../../../src/modules/plans/look/who-looks.js';

const file = (path: string, fields: Partial<ChangedFile> = {}): ChangedFile => ({
  path,
  lines: 10,
  protects: [],
  readers: [],
  isReversible: true,
  ...fields,
});
const files = (count: number, fields?: Partial<ChangedFile>) =>
  Array.from({ length: count }, (_, i) => file(`out/${i}.md`, fields));

t.test('the difference decides who looks, at and above each threshold', async (t) => {
  const six = ['a', 'b', 'c', 'd', 'e', 'f'];
  const cases: readonly [string, readonly ChangedFile[], Looker, RegExp?][] = [
    ['nothing', [], 'none'],
    ['a small change', files(2), 'none'],
    ['200 lines', [file('a', { lines: 200 })], 'none'],
    ['201 lines', [file('a', { lines: 201 })], 'grader', /201 lines; 200 need no look/],
    ['201 lines in two files', [file('a', { lines: 100 }), file('b', { lines: 101 })], 'grader'],
    ['10 files', files(10, { lines: 1 }), 'none'],
    ['11 files', files(11, { lines: 1 }), 'grader', /11 files/],
    ['1,000 lines', [file('a', { lines: 1000 })], 'grader'],
    ['1,001 lines', [file('a', { lines: 1001 })], 'owner', /1001 lines/],
    ['51 files', files(51, { lines: 1 }), 'owner', /51 files/],
    ['a file that another reads', [file('a', { readers: ['b'] })], 'grader', /read what.*: b\./],
    ['read only by what changes too', [file('a', { readers: ['b'] }), file('b')], 'none'],
    ['five readers', [file('a', { readers: six.slice(0, 5) })], 'grader'],
    ['six readers', [file('x', { readers: six })], 'owner', /a, b, c and 3 more/],
    ['a protected page', [file('a', { protects: ['SOUL.md'] })], 'owner', /protected pages.*SOUL/],
    ['what cannot be undone', [file('a', { isReversible: false })], 'owner', /does not keep/],
  ];
  for (const [name, changed, who, why] of cases) {
    const look = whoLooks(changed, THRESHOLDS);
    t.equal(look.who, who, name);
    if (why !== undefined) t.match(look.why.join(' '), why, `${name}: why`);
  }
});

t.test(
  'a rule that wants a look gets a grader at least, and never less than the difference',
  async (t) => {
    t.strictSame(whoLooks(files(1), THRESHOLDS, ['the rule tests: no test']), {
      who: 'grader',
      why: ['the rule tests: no test'],
    });
    t.equal(whoLooks([file('a', { lines: 5000 })], THRESHOLDS, ['x']).who, 'owner');
  },
);

t.test("the thresholds are the owner's", async (t) => {
  const strict = { ...THRESHOLDS, graderLines: 0, ownerLines: 9 };
  t.equal(whoLooks(files(1, { lines: 1 }), strict).who, 'grader');
  t.equal(whoLooks(files(1), strict).who, 'owner');
});
