/** How far each kind of assertion is from holding, in whole small projects. */
import t from 'tap';
import { parse } from 'yaml';
import { meanDistance } from '../../src/governance/conditions/distance.js';
import { evaluateConditions } from '../../src/governance/conditions/evaluate.js';
import type { CommandResult } from '../../src/governance/conditions/command-runner.js';
import { parseConditions } from '../../src/project/condition-parse.js';
import { CONDITION_KINDS } from '../../src/project/condition-kinds.js';
import { longrunner, smallWorkspace } from './small-workspace.js';

const P = 'PROJECTS/inventory';
const RANGE = { file: `${P}/LONGRUNNER.md`, line: 1, column: 1, endLine: 1, endColumn: 1 };
const LIST = `# List

## Packages

- name: a, licence: MIT
- name: b, licence: MIT
- name: c
`;
const TABLE = `# Table

## Rows

| Name | State |
|---|---|
| a | done |
| b | open |
| c | done |
`;

const FILES = {
  [`${P}/LONGRUNNER.md`]: longrunner(),
  [`${P}/outputs/list.md`]: LIST,
  [`${P}/outputs/table.md`]: TABLE,
  [`${P}/outputs/again.md`]: TABLE,
  [`${P}/outputs/page.md`]:
    '---\ntitle: Page\nscore: 4\n---\n\n# Page\n\nTODO one, TODO two. [gone](gone.md)\n',
  [`${P}/more/again.md`]: `${LIST}- name: c\n- name: d\n`,
  [`${P}/outputs/data.json`]: '{ "name": 1 }',
};

/** YAML, distance, and the numbers where the kind counts. */
type Case = readonly [assertion: string, distance: number, found?: number, needed?: number];

const CASES: readonly Case[] = [
  ['file_exists: outputs/list.md', 0, 1, 1],
  ['file_exists: outputs/none.md', 1],
  ['file_exists: { in: "outputs/*.md", at_least: 8 }', 0.5, 4, 8],
  ['file_exists: { in: "outputs/*.md", at_most: 3 }', 0.25, 4, 3],
  ['file_exists: { in: "outputs/*.md", equals: 16 }', 0.75, 4, 16],
  ['file_exists: { in: "outputs/none.md", at_most: 0, at_least: 0 }', 0],
  ['file_newer: { in: outputs/list.md, than: 2026-01-01T00:00:00Z }', 1],
  ['entries: { in: outputs/list.md, under: "## Packages", at_least: 12 }', 0.75, 3, 12],
  [
    'entries: { in: outputs/list.md, under: "## Packages", at_least: 4, each_has: [name, licence] }',
    0.5,
    2,
    4,
  ],
  [
    'entries: { in: outputs/list.md, under: "## Packages", at_least: 2, each_has: [licence] }',
    1 / 3,
    2,
    3,
  ],
  ['entries: { in: outputs/list.md, under: "## Packages", at_least: 3 }', 0, 3, 3],
  ['entries: { in: outputs/list.md, under: "## Nothing", at_least: 3 }', 1],
  // An entry that is repeated word for word counts once, in whichever file.
  [
    'entries: { in: [outputs/list.md, more/again.md], under: "## Packages", at_least: 8 }',
    0.5,
    4,
    8,
  ],
  [
    'table_rows: { in: outputs/table.md, under: "## Rows", where: { state: done }, at_least: 4 }',
    0.5,
    2,
    4,
  ],
  ['frontmatter: { in: outputs/page.md, has: [title] }', 0],
  ['frontmatter: { in: outputs/page.md, has: [licence] }', 1],
  ['matches: { in: outputs/page.md, pattern: TODO, at_least: 8 }', 0.75, 2, 8],
  ['matches: { in: outputs/page.md, pattern: TODO, at_most: 0 }', 1, 2, 0],
  ['matches: { in: "outputs/*.md", pattern: "^# ", flags: m, each_file: true }', 0],
  ['matches: { in: "outputs/*.md", pattern: TODO, each_file: true }', 0.75, 1, 4],
  ['links_resolve: outputs/page.md', 1],
  ['links_resolve: outputs/list.md', 0],
  ['json_schema: { in: outputs/data.json, schema: { required: [name] } }', 0],
  ['json_schema: { in: outputs/data.json, schema: { required: [version] } }', 1],
  ['query: { sql: "SELECT slug FROM dispatch", at_least: 999 }', 1, 0, 999],
  ['query: { sql: "SELECT 220", equals: 300 }', 299 / 300, 1, 300],
  ['query: { sql: "SELECT 220", value: 300 }', 80 / 300, 220, 300],
  ['query: { sql: "SELECT \'no\'", value: yes }', 1],
  ['unique: { in: outputs/list.md, under: "## Packages", field: name }', 0],
  ['unique: { in: outputs/list.md, under: "## Packages", field: licence }', 1],
  ['hash_changed: outputs/list.md', 1],
  ['no_duplicates_of: { in: outputs/again.md, of: outputs/table.md }', 1],
  ['no_duplicates_of: { in: outputs/list.md, of: outputs/table.md }', 0],
  ['command: { run: "node check.mjs" }', 0.75, 3, 12],
  ['not: { matches: { in: outputs/page.md, pattern: TODO } }', 1],
  ['not: { file_exists: { in: "outputs/*.md", at_least: 4 } }', 1],
  [
    'all_of: [{ file_exists: outputs/list.md }, { file_exists: { in: "outputs/*.md", at_least: 8 } }]',
    0.25,
  ],
  [
    'any_of: [{ file_exists: outputs/none.md }, { file_exists: { in: "outputs/*.md", at_least: 5 } }]',
    0.2,
  ],
  ['any_of: [{ file_exists: outputs/none.md }, { file_exists: outputs/list.md }]', 0],
  [
    'all_of: [{ any_of: [{ file_exists: outputs/none.md }, { file_exists: { in: "outputs/*.md", at_least: 8 } }] }, { file_exists: outputs/none.md }]',
    0.75,
  ],
];

t.test('every kind reports its distance, and the numbers it goes by', async (t) => {
  const snapshot = smallWorkspace(t, FILES);
  const printed = {
    kind: 'ended',
    exit: 1,
    stdout: 'progress: 1/12\nprogress: 3/12\n',
    stderr: '',
  };
  const before = new Map([[`${P}/outputs/list.md`, snapshot.hash(`${P}/outputs/list.md`) ?? '']]);
  for (const [yaml, distance, found, needed] of CASES) {
    const { assertions } = parseConditions([parse(yaml)], { range: RANGE });
    const [result] = await evaluateConditions(assertions, {
      snapshot,
      project: 'inventory',
      before,
      command: () => Promise.resolve(printed as CommandResult),
    });
    const said = JSON.stringify(result);
    t.equal(
      Math.round((result?.distance ?? -1) * 1e6),
      Math.round(distance * 1e6),
      `${yaml} ${said}`,
    );
    t.equal(result?.distance === 0, result?.holds, `0 exactly when it holds: ${yaml}`);
    if (found !== undefined) t.strictSame(result?.progress, { found, needed }, yaml);
    t.notOk(Object.hasOwn(result ?? {}, 'parts'), 'parts are not kept');
  }
  for (const kind of CONDITION_KINDS)
    t.ok(
      CASES.some(([yaml]) => yaml.startsWith(`${kind}:`)),
      `a case of ${kind}`,
    );
});

t.test('what cannot be checked is at 1, whatever it printed', async (t) => {
  const snapshot = smallWorkspace(t, { [`${P}/LONGRUNNER.md`]: longrunner() });
  const { assertions } = parseConditions(
    ['the owner likes it', { nonsense: 1 }, { command: { run: 'node check.mjs' } }],
    { range: RANGE },
  );
  const results = await evaluateConditions(assertions, {
    snapshot,
    project: 'inventory',
    command: () => Promise.resolve({ kind: 'failed', why: 'no node', notStarted: true }),
  });
  t.strictSame(
    results.map(({ distance }) => distance),
    [1, 1, 1],
  );
  t.equal(meanDistance(results), 1);
  t.equal(meanDistance([]), 1, 'nothing to fulfil is never fulfilled');
  t.equal(meanDistance([{ distance: 0 }, { distance: 0.5 }]), 0.25);
});

t.test('a check that says it is done, but does not hold, is not at 0', async (t) => {
  const snapshot = smallWorkspace(t, { [`${P}/LONGRUNNER.md`]: longrunner() });
  const { assertions } = parseConditions([{ command: { run: 'node check.mjs' } }], {
    range: RANGE,
  });
  const [result] = await evaluateConditions(assertions, {
    snapshot,
    project: 'inventory',
    command: () =>
      Promise.resolve({ kind: 'ended', exit: 1, stdout: 'progress: 12/12\n', stderr: '' }),
  });
  t.equal(result?.distance, 0.01);
});
