/** YAML → conditions: what is accepted, and where and how the rest is refused. */
import fc from 'fast-check';
import t from 'tap';
import { parse } from 'yaml';
import { parseConditions } from '../../src/project/condition-parse.js';
import { CONDITION_KINDS } from '../../src/project/condition-kinds.js';
import { commandsIn, stopConditionOf } from '../../src/project/condition-source.js';
import type { Range } from '../../src/kernel/diagnostic.js';
import { longrunner, smallWorkspace } from '../governance/small-workspace.js';

const RANGE: Range = {
  file: 'PROJECTS/inventory/PHASES.md',
  line: 7,
  column: 1,
  endLine: 9,
  endColumn: 1,
};

function read(yaml: string) {
  return parseConditions(parse(yaml), { range: RANGE, raw: yaml });
}

t.test('every kind is understood, in its short and its long form', async (t) => {
  const forms: readonly (readonly [string, string])[] = [
    ['file_exists', 'outputs/*.md'],
    ['file_exists', '{ in: [a.md, b.md], at_least: 2, min_bytes: 10 }'],
    ['file_newer', '{ in: outputs/*.md, than: inputs/* }'],
    ['file_newer', '{ in: outputs/*.md, within: 24h }'],
    ['file_newer', '{ in: outputs/*.md, since: phase }'],
    ['file_newer', '{ in: outputs/*.md, since: 2026-11-20 }'],
    [
      'entries',
      '{ in: outputs/*.md, under: "## Packages", at_least: 12, each_has: [name, version] }',
    ],
    ['table_rows', '{ in: a.md, under: "## T", equals: 3, where: { status: [open, done] } }'],
    [
      'frontmatter',
      '{ in: a.md, has: [title], equals: { draft: false }, matches: { date: "^2026" } }',
    ],
    ['matches', '{ in: a.md, pattern: "TODO|FIXME", flags: i, at_most: 0 }'],
    ['links_resolve', 'outputs/**'],
    ['json_schema', '{ in: data.json, schema: schema.json }'],
    ['json_schema', '{ in: data.json, schema: { type: object } }'],
    ['command', 'node check.mjs --strict'],
    ['command', '{ run: [node, check.mjs], exit: [0, 2], timeout: 30s, stdout: ok }'],
    ['query', 'SELECT 1'],
    ['query', '{ sql: "SELECT count(*) FROM project", value: 2 }'],
    ['unique', '{ in: a.md, under: "## T", field: name }'],
    ['hash_changed', 'outputs/*'],
    ['no_duplicates_of', '{ in: outputs/new.md, of: outputs/*.md, threshold: 0.7 }'],
    ['all_of', '[ { file_exists: a }, { file_exists: b } ]'],
    ['any_of', '[ { file_exists: a } ]'],
    ['not', '{ file_exists: a }'],
  ];
  for (const [kind, value] of forms) {
    const { assertions, diagnostics } = read(`- ${kind}: ${value}`);
    t.same(diagnostics, [], `${kind}: ${value}`);
    t.equal(assertions[0]?.kind, kind);
  }
  t.same(
    new Set(forms.map(([kind]) => kind)),
    new Set(CONDITION_KINDS),
    'no kind is left out of this table',
  );
});

t.test(
  'what cannot be understood is refused with its reason and never becomes weaker',
  async (t) => {
    const bad: readonly (readonly [string, RegExp])[] = [
      ['- file_exist: a.md', /no condition of kind "file_exist"/],
      ['- File Exists: a.md', /no condition of kind/],
      ['- file_exists: /etc/passwd', /glob relative to the project/],
      ['- file_exists: ../other/a.md', /inside the project/],
      ['- file_exists: "!a.md"', /says what is meant/],
      ['- file_exists: ""', /not a text/],
      ['- file_exists: []', /at least one item/],
      ['- file_exists: { in: a, at_lest: 2 }', /no key "at_lest"/],
      ['- file_exists: { at_least: 2 }', /key "in" is missing/],
      ['- file_exists: { in: a, at_least: -1 }', /whole number/],
      ['- file_exists: { in: a, at_least: 3, at_most: 2 }', /no less than/],
      ['- file_exists: { in: a, equals: 3, at_most: 2 }', /equals alone/],
      ['- file_newer: outputs/*.md', /not a map with/],
      ['- file_newer: { in: a }', /one thing to be newer than/],
      ['- file_newer: { in: a, within: soon }', /a duration/],
      ['- file_newer: { in: a, within: 0s }', /a duration/],
      ['- file_newer: { in: a, within: 1h, than: b }', /one thing to be newer than/],
      ['- file_newer: { in: a, since: yesterday }', /a date, a time/],
      ['- entries: { in: a }', /key "under" is missing/],
      ['- entries: { in: a, under: "## X", each_has: [] }', /at least one item/],
      ['- frontmatter: { in: a }', /asks for nothing/],
      ['- matches: { in: a, pattern: "(" }', /regular expression/],
      ['- matches: { in: a, pattern: x, flags: g }', /flags of the set/],
      ['- matches: { in: a, pattern: x, each_file: perhaps }', /true or false/],
      ['- json_schema: { in: a, schema: "*.json" }', /path of one file/],
      ['- command: "node a.mjs && rm -r b"', /program and its arguments/],
      ['- command: "cat $HOME/x"', /program and its arguments/],
      ['- command: "cat *.md"', /program and its arguments/],
      ['- command: "X=1 node a"', /program and its arguments/],
      ['- command: { run: node a, timeout: 2h }', /at most 10m/],
      ['- command: { run: node a, exit: ok }', /whole number/],
      ['- query: DELETE FROM project', /one SELECT/],
      ['- no_duplicates_of: { in: a, of: b, threshold: 7 }', /a number from 0.1 to 1/],
      ['- all_of: []', /not a list/],
      ['- all_of: { file_exists: a }', /not a list/],
      ['- not: [ { file_exists: a } ]', /not one assertion/],
      ['- { file_exists: a, hash_changed: b }', /several kinds/],
      ['- 7', /not an assertion/],
      ['- []', /not an assertion/],
      ['file_exists: a', /is a list/],
      ['7', /not a condition/],
      [`- ${'not: { '.repeat(10)}file_exists: a${' }'.repeat(10)}`, /nested more than/],
    ];
    for (const [yaml, message] of bad) {
      const { assertions, diagnostics } = read(yaml);
      t.match(diagnostics[0]?.message, message, yaml);
      t.equal(diagnostics[0]?.severity, 'error', yaml);
      t.equal(diagnostics[0]?.rule, 'stop-condition');
      t.equal(assertions.length, 1, `${yaml} stays in the list`);
      t.notOk(
        JSON.stringify(assertions[0]).includes('"kind":"file_exists"') &&
          assertions[0]?.kind === 'file_exists',
        yaml,
      );
    }
  },
);

t.test('a near miss is told what was probably meant', async (t) => {
  t.equal(read('- file-exists: a').diagnostics[0]?.hint, 'did you mean file_exists?');
});

t.test('a text is a warning, and stays as an assertion that nothing can meet', async (t) => {
  for (const yaml of ['- All packages are listed', 'All packages are listed']) {
    const { assertions, diagnostics } = read(yaml);
    t.equal(assertions[0]?.kind, 'text');
    t.match(diagnostics[0], { severity: 'warning', rule: 'stop-condition' });
  }
});

t.test('nothing is no condition', async (t) => {
  for (const nothing of [undefined, null, '', []])
    t.same(parseConditions(nothing, { range: RANGE }), { assertions: [], diagnostics: [] });
});

t.test('findings stand at the line and column of the key that is wrong', async (t) => {
  const yaml =
    '- file_exists: a.md\n- entries:\n    in: b.md\n    under: "## X"\n    at_leest: 3\n- not:\n    any_of:\n      - matches: { in: c, pattern: "(" }\n';
  const places = read(yaml).diagnostics.map(({ range }) => [
    range.line,
    range.column,
    range.endLine,
    range.endColumn,
  ]);
  t.same(places, [
    [11, 5, 11, 16],
    [14, 27, 14, 39],
  ]);
});

t.test('findings in front matter stand where the owner sees them', async (t) => {
  const snapshot = smallWorkspace(t, {
    'PROJECTS/inventory/LONGRUNNER.md': longrunner({
      phase: {
        stop_condition: '\n    - file_exists: outputs/a.md\n    - file_exist: outputs/b.md',
      },
    }),
  });
  const { diagnostics, from } = stopConditionOf(snapshot, 'inventory');
  t.equal(from, 'PROJECTS/inventory/LONGRUNNER.md#phase.stop_condition');
  const text = snapshot.text('PROJECTS/inventory/LONGRUNNER.md') ?? '';
  const line = text.split('\n').findIndex((one) => one.includes('file_exist:'));
  t.match(diagnostics, [{ range: { line: line + 1, column: 7 } }]);
});

t.test('findings in a fenced block of PHASES.md stand where the owner sees them', async (t) => {
  const page =
    '# Phases\n\n## collect\n\n- **Objective:** x\n- **Successors:** -\n\n```yaml stop_condition\n- file_exists: a.md\n- { command: "a | b" }\n```\n';
  const snapshot = smallWorkspace(t, {
    'PROJECTS/inventory/LONGRUNNER.md': longrunner(),
    'PROJECTS/inventory/PHASES.md': page,
  });
  const { diagnostics, from, assertions } = stopConditionOf(snapshot, 'inventory');
  t.equal(from, 'PROJECTS/inventory/PHASES.md#collect.stop_condition');
  t.equal(assertions.length, 2);
  t.match(diagnostics, [{ range: { line: 10, column: 5 } }]);
});

t.test('the conditions of the project go before those of its phase', async (t) => {
  const page =
    '# Phases\n\n## collect\n\n- **Objective:** x\n\n```yaml stop_condition\n- file_exists: phase.md\n```\n\n```yaml criteria\n- file_exists: criteria.md\n```\n';
  const cases: readonly (readonly [string, string])[] = [
    ['\n    - file_exists: own.md', 'file_exists: own.md'],
    ['[]', 'file_exists: phase.md'],
    ['null', 'file_exists: phase.md'],
    ['Done when I say so', 'Done when I say so'],
  ];
  for (const [own, expected] of cases) {
    const snapshot = smallWorkspace(t, {
      'PROJECTS/inventory/LONGRUNNER.md': longrunner({ phase: { stop_condition: own } }),
      'PROJECTS/inventory/PHASES.md': page,
    });
    t.equal(stopConditionOf(snapshot, 'inventory').assertions[0]?.text, expected, own);
  }
});

t.test('the programs in a list of conditions are found at any depth', async (t) => {
  const { assertions } = read(
    '- command: a 1\n- not: { any_of: [ { all_of: [ { command: b } ] }, { file_exists: x } ] }',
  );
  t.same(commandsIn(assertions), [['a', '1'], ['b']]);
});

t.test(
  'whatever is given is either a condition or a finding, and never an exception',
  async (_t) => {
    const keys = fc.constantFrom(
      ...CONDITION_KINDS,
      'in',
      'under',
      'at_least',
      'than',
      'run',
      'sql',
      'of',
      'field',
      'schema',
      'x',
    );
    const value = fc.oneof(
      fc.string(),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.constantFrom('a.md', '## X', '30s', 'SELECT 1', '('),
    );
    const { any } = fc.letrec<{ any: unknown }>((tie) => ({
      any: fc.oneof(
        { maxDepth: 3 },
        value,
        fc.array(tie('any'), { maxLength: 3 }),
        fc.dictionary(keys, tie('any'), { maxKeys: 3 }),
      ),
    }));
    fc.assert(
      fc.property(fc.oneof(any, fc.array(any, { maxLength: 4 })), (data) => {
        const { assertions, diagnostics } = parseConditions(data, { range: RANGE });
        const doubtful = (one: unknown): boolean =>
          JSON.stringify(one).includes('"kind":"invalid"') ||
          JSON.stringify(one).includes('"kind":"text"');
        const expected = Array.isArray(data) ? data.length : data === null || data === '' ? 0 : 1;
        return (
          assertions.length === expected && assertions.some(doubtful) === diagnostics.length > 0
        );
      }),
      { numRuns: 2000 },
    );
  },
);
