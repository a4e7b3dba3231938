import t from 'tap';
import type { Cell } from '../../src/markdown/types.js';
import { parseConstraints, parseFieldType } from '../../src/registry/field-type.js';
import type { FieldSpec } from '../../src/registry/types.js';
import { checkField } from '../../src/validate/check-field.js';

const range = { file: 'A.md', line: 3, column: 1, endLine: 3, endColumn: 20 };
const at = { ...range, column: 5, endColumn: 9 };

function spec(type: string, constraint = '', required = false): FieldSpec {
  const parsed = parseFieldType(type);
  if (parsed === undefined) throw new Error(type);
  return {
    object: 'THING',
    name: 'field',
    type: parsed,
    required,
    constraints: parseConstraints(constraint).constraints,
    references: undefined,
    writer: 'agent',
    range,
  };
}
function cell(value: string, data?: unknown): Cell {
  return {
    raw: value,
    value,
    start: 0,
    end: value.length,
    range: at,
    ...(data === undefined ? {} : { data }),
  };
}
const context = {
  address: 'A.md#k.field',
  range,
  has: (object: string, key: string): boolean => object === 'PROJECT' && key === 'inventory',
};
const problems = (field: FieldSpec, value: Cell | undefined): readonly string[] =>
  checkField(field, value, context).map((problem) => problem.message);

t.test('types: what is one and what is none', async (t) => {
  const table: Readonly<
    Record<string, { readonly good: readonly string[]; readonly bad: readonly string[] }>
  > = {
    text: { good: ['anything at all', ' '], bad: [] },
    token: { good: ['a', 'phase-1', 'é'], bad: ['two words', 'a\tb'] },
    int: {
      good: ['0', '-7', '+7', '007'],
      bad: ['1.5', '1e3', 'x', '9007199254740993', '0x10', '1 000'],
    },
    number: {
      good: ['0', '-7.25', '.5', '1e-3', '5.'],
      bad: ['', 'x', '1,5', 'Infinity', 'NaN', '1e999'],
    },
    bool: { good: ['true', 'false'], bad: ['yes', 'True', '1'] },
    date: {
      good: ['2026-11-21', '2024-02-29'],
      bad: [
        '2026-02-29',
        '2026-13-01',
        '21.11.2026',
        '2026-1-1',
        '0000-01-01',
        '2026-11-21T00:00:00Z',
      ],
    },
    datetime: {
      good: [
        '2026-11-21T01:30:00Z',
        '2026-11-21T01:30Z',
        '2026-11-21T01:30:00.125+02:00',
        '2026-11-21 01:30:00Z',
      ],
      bad: [
        '2026-11-21',
        '2026-11-21T01:30:00',
        '2026-11-21T24:00:00Z',
        '2026-02-30T00:00:00Z',
        '2026-11-21T01:30:00+25:00',
        'tomorrow',
      ],
    },
    duration: { good: ['30s', '1h30m', '3d', '500ms'], bad: ['30', '1 h', 'PT1H', '3y'] },
    path: {
      good: ['a.md', 'PROJECTS/x/a b.md', '.hidden'],
      bad: ['/etc/passwd', '../x', 'a/../../b', 'a\\b', '~/x', 'C:/x', ' a'],
    },
    glob: { good: ['**', 'outputs/**/*.md', '{a,b}.md'], bad: ['/**', '../*', 'a/../**'] },
    hash: {
      good: ['0123456789abcdef'.repeat(4)],
      bad: ['0123456789ABCDEF'.repeat(4), 'abc', `${'0'.repeat(63)}g`],
    },
    address: {
      good: [
        'A.md#field',
        'PROJECTS/x/LONGRUNNER.md#phase.status',
        'PROJECT[inventory].phase.status',
      ],
      bad: ['A.md', '#x', 'A.md#', 'project[x].y', 'PROJECT[].x'],
    },
    'enum(open, done)': { good: ['open', 'done'], bad: ['Open', 'closed'] },
    'ref(PROJECT)': { good: ['inventory'], bad: ['nowhere'] },
    'list(int)': { good: ['1', '1, 2,3'], bad: ['1, x', '1,,2'] },
    'list(ref(PROJECT))': { good: ['inventory'], bad: ['inventory, nowhere'] },
  };
  for (const [type, { good, bad }] of Object.entries(table)) {
    for (const value of good)
      t.same(problems(spec(type), cell(value)), [], `${JSON.stringify(value)} is ${type}`);
    for (const value of bad.filter((text) => text !== ''))
      t.equal(
        problems(spec(type), cell(value)).length,
        1,
        `${JSON.stringify(value)} is not ${type}`,
      );
  }
});

t.test('lists and maps as YAML gives them', async (t) => {
  t.same(
    problems(spec('list(text)'), cell('a', ['a', { file_exists: 'x' }, { not: { matches: {} } }])),
    [],
    'conditions are texts or maps',
  );
  t.same(problems(spec('list(int)'), cell('1, 2', [1, 2])), []);
  t.match(problems(spec('list(int)'), cell('1, x', [1, 'x'])), [/is "x"; expected a whole number/]);
  t.match(problems(spec('list(int)'), cell('', [{ a: 1 }])), [
    /is a list of maps; expected a list of int/,
  ]);
  t.match(problems(spec('list(int)'), cell('', [[1]])), [/a list of lists/]);
  t.match(problems(spec('list(int)'), cell('', [1, null])), [/an empty item/]);
  t.match(problems(spec('list(int)'), cell('', { a: 1 })), [/is a map/]);
  t.match(problems(spec('text'), cell('', ['a'])), [/is a list; expected text/]);
  t.match(problems(spec('int'), cell('', { a: 1 })), [/is a map; expected int/]);
  t.same(problems(spec('list(glob)', '', true), cell('', [])), [], 'an empty list is there');
  t.match(problems(spec('list(glob)', 'not empty', true), cell('', [])), [
    /empty list; expected at least one item/,
  ]);
});

t.test('missing and empty', async (t) => {
  t.match(problems(spec('int', '', true), undefined), [
    /A\.md#k\.field is missing; expected an int/,
  ]);
  t.match(problems(spec('text', '', true), cell('')), [/is empty/]);
  t.same(problems(spec('int'), undefined), []);
  t.same(problems(spec('int'), cell('')), [], 'empty is allowed where nothing is required');
  t.same(problems(spec('int', '1..9'), cell('')), [], 'and then constraints do not matter');
  t.match(problems(spec('text', 'not empty'), cell('')), [/is empty/]);
  t.match(problems(spec('text', 'not empty'), cell(' ')), [/not empty/]);
});

t.test('constraints', async (t) => {
  t.same(problems(spec('int', '1..9'), cell('9')), []);
  t.match(problems(spec('int', '1..9'), cell('10')), [/a number from 1 to 9/]);
  t.match(problems(spec('number', '>= 0'), cell('-0.5')), [/at least 0/]);
  t.match(problems(spec('int', '<= 3'), cell('4')), [/at most 3/]);
  t.match(problems(spec('token', '/^N-\\d+$/'), cell('M-1')), [/matches/]);
  t.match(
    problems(spec('list(int)', '1..9'), cell('1, 12, 13')),
    [/"12"/, /"13"/],
    'each item on its own',
  );
  t.equal(problems(spec('int', '1..9'), cell('x')).length, 1, 'one complaint for one value');
});

t.test(
  'positions: the cell where there is one, else the record; the rule tells a wrong value from a missing reference',
  async (t) => {
    t.match(checkField(spec('int'), cell('x'), context)[0], {
      rule: 'field-contract',
      severity: 'error',
      range: at,
      expected: 'a whole number',
      actual: 'x',
    });
    t.match(checkField(spec('int', '', true), undefined, context)[0], { range });
    t.match(checkField(spec('ref(PROJECT)'), cell('nowhere'), context)[0], {
      rule: 'reference-unresolved',
      range: at,
    });
    t.same(
      checkField(spec('ref(PROJECT)'), cell('nowhere'), { address: 'x', range }),
      [],
      'references are followed only where records are known',
    );
    t.match(checkField({ ...spec('token'), references: 'PROJECT' }, cell('nowhere'), context)[0], {
      rule: 'reference-unresolved',
    });
  },
);

t.test('a pattern is explained to people', (t) => {
  for (const [pattern, expected] of [
    ['/^N-\\d{8}-\\d{3,}$/', 'a text such as N-20261121-001'],
    ['/^PA-\\d{3,}-INV-\\d{3,}$/', 'a text such as PA-001-INV-001'],
    ['/^Briefing$/', 'Briefing'],
    ['/^https?:\\/\\//', 'a text that begins with https://'],
    ['/^[A-Z][A-Z0-9_]*$/', 'a text of capital letters, digits and _'],
    ['/^[A-Za-z][A-Za-z0-9_+\\/-]*$/', 'a text of letters, digits, _, +, / and -'],
    ['/^(?:a|b)+$/', 'a text that matches /^(?:a|b)+$/'],
  ] as const)
    t.same(problems(spec('text', pattern), cell('!')), [
      `A.md#k.field is "!"; expected ${expected}`,
    ]);
  t.end();
});
