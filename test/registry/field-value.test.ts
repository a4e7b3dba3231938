import t from 'tap';
import {
  formatFieldType,
  parseConstraints,
  parseFieldType,
  referredObject,
} from '../../src/registry/field-type.js';
import { fieldProblem } from '../../src/registry/field-value.js';

type Case = {
  readonly good: readonly string[];
  readonly bad: readonly string[];
  readonly says: RegExp;
};

const TYPES: Readonly<Record<string, Case>> = {
  text: { good: ['anything at all', 'null', '[1]'], bad: [], says: /^text$/ },
  token: {
    good: ['a', 'phase-2', 'n:1', 'ünïcode'],
    bad: ['two words', 'a\tb', 'a\u00a0b', 'a\n'],
    says: /one word without blanks/,
  },
  int: {
    good: ['0', '-3', '+3', '007', '9007199254740991'],
    bad: ['1.0', '1e3', '0x1', 'one', '1 ', '9007199254740993', '٣'],
    says: /a whole number/,
  },
  number: {
    good: ['0', '-3.5', '.5', '5.', '1e-3'],
    bad: ['NaN', 'Infinity', '1e999', '1,5', '1_000', '.'],
    says: /a number/,
  },
  bool: { good: ['true', 'false'], bad: ['yes', 'True', '1', 'off'], says: /true or false/ },
  date: {
    good: ['2026-11-21', '2028-02-29'],
    bad: [
      '2026-02-29',
      '2026-13-01',
      '2026-00-10',
      '2026-1-1',
      '21.11.2026',
      '2026-11-21T00:00:00Z',
      '0000-01-01',
    ],
    says: /a date such as/,
  },
  datetime: {
    good: ['2026-11-21T01:30:00Z', '2026-11-21T01:30Z', '2026-11-21 01:30:00.123+05:30'],
    bad: [
      '2026-11-21',
      '2026-11-21T01:30:00',
      '2026-11-21T24:00:00Z',
      '2026-11-31T01:00:00Z',
      '2026-11-21T01:60:00Z',
      '2026-11-21T01:30:00+15:00',
      '2026-11-21T01:30:00z',
    ],
    says: /a time such as/,
  },
  duration: {
    good: ['30s', '1h30m', '3d'],
    bad: ['3 days', '-1d', '3', '99999999999d'],
    says: /a duration such as/,
  },
  path: {
    good: ['a.md', 'PROJECTS/x/y.md', 'a..b'],
    bad: ['/etc/passwd', '../x', 'a/../b', '~/x', 'C:/x', 'a\\b', ' a', 'a\nb', 'a\0'],
    says: /a path inside the workspace/,
  },
  glob: {
    good: ['**', 'a/*.md', '{a,b}/c'],
    bad: ['/**', '../**', 'a\\*'],
    says: /a glob inside the workspace/,
  },
  hash: {
    good: ['a'.repeat(64), '0123456789abcdef'.repeat(4)],
    bad: ['a'.repeat(63), 'A'.repeat(64), 'g'.repeat(64), ''],
    says: /64 characters/,
  },
  address: {
    good: ['A.md#status', 'A.md#key.field', 'PROJECT[x].phase.status'],
    bad: ['A.md', '#x', 'A.md#', 'project[x].y', 'PROJECT[].y', 'PROJECT[x]'],
    says: /an address such as/,
  },
  'enum(open, done)': {
    good: ['open', 'done'],
    bad: ['Open', 'opened', 'open, done'],
    says: /one of open, done/,
  },
  'ref(PROJECT)': { good: ['anything', 'x/y'], bad: [], says: /the key of a PROJECT/ },
  'list(int)': {
    good: ['1', '1, 2,3'],
    bad: ['1, two', '1,,2'],
    says: /a list of int; "(two|)" is not one/,
  },
  'list(text)': { good: ['a, b', 'a,,b'], bad: [], says: /./ },
  'list(enum(a, b))': {
    good: ['a, b'],
    bad: ['a; b', 'c'],
    says: /a list of one of a, b; "(a; b|c)" is not one/,
  },
};

t.test('each type takes its values and says of others what it expects', async (t) => {
  for (const [written, { good, bad, says }] of Object.entries(TYPES)) {
    const type = parseFieldType(written);
    if (type === undefined) return t.fail(`${written} is not read`);
    for (const text of good)
      t.equal(fieldProblem(type, text), undefined, `${written}: ${JSON.stringify(text)}`);
    for (const text of bad)
      t.match(fieldProblem(type, text), says, `${written}: not ${JSON.stringify(text)}`);
  }
});

t.test('structures are lists where a list is expected, and free text may be any', async (t) => {
  const problem = (written: string, data: unknown): string | undefined =>
    fieldProblem(parseFieldType(written) ?? { kind: 'text' }, JSON.stringify(data), data);
  t.equal(problem('list(int)', [1, 2]), undefined);
  t.equal(problem('list(int)', []), undefined);
  t.match(problem('list(int)', [1, 'x']), /"x" is not one/);
  t.match(problem('list(int)', [[1]]), /a list of int; \[1\] is not one/);
  t.match(problem('list(int)', { a: 1 }), /a list of int/);
  t.equal(problem('list(text)', [{ file_exists: 'x' }, 'y']), undefined, 'a condition is a map');
  t.match(problem('int', [1]), /int, not a list or a map/);
  t.match(problem('enum(a, b)', { a: 1 }), /not a list or a map/);
  t.equal(problem('text', { a: 1 }), undefined);
});

t.test('types are read and named; what is none is not', async (t) => {
  t.equal(
    formatFieldType(parseFieldType('list(ref(TOOL-RULE))') ?? { kind: 'text' }),
    'a list of the key of a TOOL-RULE',
  );
  t.equal(referredObject(parseFieldType('list(ref(TOOL-RULE))') ?? { kind: 'text' }), 'TOOL-RULE');
  t.same(parseFieldType(' enum( a ,b c ) '), { kind: 'enum', values: ['a', 'b c'] });
  for (const text of [
    '',
    'String',
    'enum()',
    'enum(a,)',
    'enum(a, a)',
    'ref(project)',
    'ref()',
    'list()',
    'list(x)',
    'list(list(int))',
    'int(3)',
    'list(int',
    'list('.repeat(20_000),
  ])
    t.equal(parseFieldType(text), undefined, text.slice(0, 20));
});

t.test('constraints are separated by semicolons, but not inside a regex', async (t) => {
  t.same(parseConstraints('1..100; unique').constraints, [
    { kind: 'range', min: 1, max: 100 },
    { kind: 'unique' },
  ]);
  t.same(parseConstraints('-1.5 .. 2;>= 0;<= 9;not empty').constraints, [
    { kind: 'range', min: -1.5, max: 2 },
    { kind: 'range', min: 0 },
    { kind: 'range', max: 9 },
    { kind: 'not-empty' },
  ]);
  t.same(parseConstraints('unique where phase.no_2 = open').constraints, [
    { kind: 'unique', where: { field: 'phase.no_2', value: 'open' } },
  ]);
  const patterns = (text: string): readonly string[] =>
    parseConstraints(text).constraints.flatMap((one) =>
      one.kind === 'pattern' ? [one.pattern.source] : [one.kind],
    );
  t.same(patterns('/^[;a]+$/; unique'), ['^[;a]+$', 'unique']);
  t.same(patterns('unique; /^https?:\\/\\//'), ['unique', '^https?:\\/\\/']);
  t.same(patterns('/a/; /b/'), ['a', 'b']);
  t.same(parseConstraints('').constraints, []);
  for (const [text, bad] of [
    ['1..', '1..'],
    ['unique; 9..1', '9..1'],
    ['/(/', '/(/'],
    ['/a', '/a'],
    ['unique where x', 'unique where x'],
    ['not-empty', 'not-empty'],
  ] as const)
    t.equal(parseConstraints(text).bad, bad);
});
