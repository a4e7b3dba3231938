import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import t from 'tap';
import { systemClock } from '../../../src/kernel/clock.js';
import { fieldList, fieldText } from '../../../src/project/field-text.js';
import { validateSnapshot } from '../../../src/validate/validate-snapshot.js';
import { openWorkspace } from '../../../src/workspace/open-workspace.js';
import type { Snapshot } from '../../../src/workspace/types.js';
import { makeWorkspace } from '../../support/make-workspace.js';
import { type CliCase, runCases } from './cases.js';
import { askForProject } from '../../../src/surfaces/cli/project-wizard.js';
import { callCommand, type CliPlace } from './run-cli.js';
import { typing } from './typing.js';

const open = (at: CliPlace): Snapshot =>
  openWorkspace(at.root, { home: at.home, clock: systemClock }).snapshot();
const text = (at: CliPlace, object: string, key: string, field: string): string =>
  fieldText(open(at).record(object, key), field);
const PHASES = 'PROJECTS/garden/PHASES.md';
const successors = (at: CliPlace, phase: string): readonly string[] =>
  fieldList(
    open(at)
      .recordsIn(PHASES, 'PHASES')
      .find((record) => record.key === phase),
    'successors',
  );
const inside = { NOCTURNE_RUN: 'RUN-20261121-001' };

const projects: readonly CliCase<CliPlace>[] = [
  {
    that: 'there is no project yet',
    words: ['project', 'list'],
    exit: 0,
    json: { projects: [], unlisted: [] },
  },
  {
    that: 'a project needs a mission',
    words: ['project', 'new', 'garden'],
    exit: 2,
    json: { error: { code: 'USAGE', hint: /--mission/ } },
  },
  {
    that: 'a name is a slug',
    words: ['project', 'new', 'My Garden', '--mission', 'x'],
    exit: 2,
    json: { error: { code: 'USAGE' } },
  },
  {
    that: 'a runner has to exist',
    words: ['project', 'new', 'garden', '--mission', 'x', '--runner', 'nobody'],
    exit: 2,
    json: { error: { code: 'USAGE', message: 'there is no runner "nobody"', hint: /script/ } },
  },
  {
    that: 'a dry run makes nothing',
    words: ['project', 'new', 'garden', '--mission', 'Know the plants', '--dry-run'],
    exit: 0,
    json: { dryRun: true, diff: /\+mission: Know the plants/ },
    then: (t, at) => t.equal(open(at).record('PROJECT', 'garden'), undefined),
  },
  {
    that: 'a project is made from the templates',
    words: [
      'project',
      'new',
      'garden',
      '--mission',
      'Know the plants',
      '--objective',
      'List the plants',
      '--tier',
      'standard',
    ],
    exit: 0,
    then: born,
  },
  {
    that: 'a pass for a project that does not exist is a slip, not an idle pass',
    words: ['run', 'worker', '--project', 'gardn'],
    exit: 2,
    json: { error: { code: 'NOT_FOUND', hint: /did you mean garden\?/ } },
  },
  {
    that: 'a phase of its own takes the place of the first',
    words: [
      'project',
      'new',
      'pond',
      '--mission',
      'Know the fish',
      '--phase',
      'count',
      '--objective',
      'Count the fish',
      '--paused',
    ],
    exit: 0,
    then: (t, at) =>
      t.same(
        [
          text(at, 'PROJECT', 'pond', 'phase.name'),
          text(at, 'PROJECT', 'pond', 'phase.successor'),
          text(at, 'PROJECT', 'pond', 'phase.objective'),
          text(at, 'DISPATCH', 'pond', 'status'),
        ],
        ['count', 'review', 'Count the fish', 'paused'],
      ),
  },
  {
    that: 'a later phase of the template begins there',
    words: ['project', 'new', 'shed', '--mission', 'Know the tools', '--phase', 'review'],
    exit: 0,
    then: (t, at) =>
      t.same(
        [text(at, 'PROJECT', 'shed', 'phase.name'), text(at, 'PROJECT', 'shed', 'phase.successor')],
        ['review', ''],
      ),
  },
  {
    that: 'a kind of work brings its phases, and says what counts as done and what is missing',
    env: { PATH: process.env['PATH'] ?? '' },
    words: ['project', 'new', 'mail', '--mission', 'x', '--kind', 'write', '--runner', 'script'],
    exit: 0,
    json: {
      phases: [
        { name: 'write', done: [/^matches: .*at_least: 4/] },
        { name: 'draft', done: [/min_bytes: 4000/, /^matches/] },
        { name: 'edit', done: [/min_bytes/, /^not: /, /^links_resolve/] },
      ],
      missing: [/^PROJECTS\/mail\/pass\.mjs, the program that the runner script runs$/],
    },
    then: (t, at) => t.equal(text(at, 'PROJECT', 'mail', 'phase.successor'), 'draft'),
  },
  {
    that: 'code may be written where code stands',
    words: ['project', 'new', 'tool', '--mission', 'x', '--kind', 'code', '--paused'],
    exit: 0,
    then: (t, at) =>
      t.same(fieldList(open(at).record('PROJECT', 'tool'), 'next_pass.writes'), [
        'outputs/**',
        'src/**',
        'test/**',
      ]),
  },
  {
    that: 'a kind has to exist',
    words: ['project', 'new', 'other', '--mission', 'x', '--kind', 'reserch'],
    exit: 2,
    json: { error: { code: 'USAGE', hint: /survey, inventory, watch, write, code, maintain$/ } },
  },
  {
    that: 'a phase is added between two others',
    words: [
      'phase',
      'add',
      'garden',
      'plant',
      '--after',
      'survey',
      '--objective',
      'Plan the beds',
      '--stop-condition',
      '[{ file_exists: outputs/plan.md }]',
    ],
    exit: 0,
    json: {
      phases: [
        { name: 'survey' },
        { name: 'review' },
        { name: 'plant', objective: 'Plan the beds', done: ['file_exists: outputs/plan.md'] },
      ],
    },
    then: (t, at) =>
      t.same(
        [text(at, 'PROJECT', 'garden', 'phase.successor'), successors(at, 'survey')],
        ['plant', ['plant']],
      ),
  },
  {
    that: 'a phase is renamed wherever the project names it',
    words: ['phase', 'rename', 'garden', 'survey', 'look'],
    exit: 0,
    then: (t, at) =>
      t.same(
        [text(at, 'PROJECT', 'garden', 'phase.name'), text(at, 'DISPATCH', 'garden', 'phase')],
        ['look', 'look'],
      ),
  },
  {
    that: 'and so is one that others lead to',
    words: ['phase', 'rename', 'garden', 'plant', 'plan'],
    exit: 0,
    then: (t, at) =>
      t.same(
        [text(at, 'PROJECT', 'garden', 'phase.successor'), successors(at, 'look')],
        ['plan', ['plan']],
      ),
  },
  {
    that: 'the objective of the current phase is one in both pages',
    words: ['phase', 'edit', 'garden', 'look', '--objective', 'List the front garden'],
    exit: 0,
    then: (t, at) =>
      t.same(
        [
          text(at, 'PROJECT', 'garden', 'phase.objective'),
          fieldText(open(at).recordsIn(PHASES, 'PHASES')[0], 'objective'),
        ],
        ['List the front garden', 'List the front garden'],
      ),
  },
  {
    that: 'a phase leads only to phases that there are',
    words: ['phase', 'edit', 'garden', 'look', '--successors', 'nowhere'],
    exit: 2,
    json: { error: { code: 'NOT_FOUND', hint: /look, review, plan/ } },
  },
  {
    that: 'two phases never have one name',
    words: ['phase', 'rename', 'garden', 'look', 'review'],
    exit: 2,
    json: { error: { code: 'EXISTS' } },
  },
  {
    that: 'a stop condition is a list',
    words: ['phase', 'edit', 'garden', 'look', '--stop-condition', '{ file_exists: a.md }'],
    exit: 2,
    json: { error: { code: 'USAGE', message: /not a list/ } },
  },
  {
    that: 'an edit without anything to change is a slip',
    words: ['phase', 'edit', 'garden', 'look'],
    exit: 2,
    json: { error: { code: 'USAGE' } },
  },
  {
    that: 'inside a pass no phase changes',
    env: inside,
    words: ['phase', 'rename', 'garden', 'look', 'done'],
    exit: 5,
    json: { error: { code: 'REFUSED' } },
  },
  {
    that: 'a project is not made twice',
    words: ['project', 'new', 'garden', '--mission', 'x'],
    exit: 2,
    json: { error: { code: 'EXISTS' } },
  },
  {
    that: 'inside a pass no project is made',
    env: inside,
    words: ['project', 'new', 'mine', '--mission', 'x'],
    exit: 5,
    json: { error: { code: 'REFUSED' } },
  },
  {
    that: 'a project that exists as files is entered',
    first: unlisted,
    words: ['project', 'new', 'attic', '--priority', '9'],
    exit: 0,
    then: (t, at) =>
      t.same(
        [text(at, 'DISPATCH', 'attic', 'priority'), text(at, 'DISPATCH', 'attic', 'phase')],
        ['9', 'sort'],
      ),
  },
  {
    that: 'a place in the order is taken once',
    words: ['project', 'new', 'cellar', '--mission', 'x', '--priority', '1'],
    exit: 2,
    json: { error: { code: 'BAD_VALUE', message: /"1" of both/ } },
  },
  {
    that: 'pausing a project',
    words: ['project', 'pause', 'garden', '--reason', 'winter'],
    exit: 0,
    then: (t, at) => t.equal(text(at, 'DISPATCH', 'garden', 'status'), 'paused'),
  },
  {
    that: 'a paused project is paused already',
    words: ['project', 'pause', 'garden'],
    exit: 0,
    json: { changed: [] },
  },
  {
    that: 'resuming it',
    words: ['project', 'resume', 'garden'],
    exit: 0,
    then: (t, at) => t.equal(text(at, 'DISPATCH', 'garden', 'status'), 'active'),
  },
  {
    that: 'a project that was meant is named',
    words: ['project', 'pause', 'gardne'],
    exit: 2,
    json: { error: { code: 'NOT_FOUND', hint: 'did you mean garden?' } },
  },
  {
    that: 'one project is shown with what it lacks',
    words: ['project', 'show', 'garden'],
    exit: 0,
    json: { slug: 'garden', mission: String, phases: Array, course: [], passes: [], files: Array },
    then: (t, _at, { json }) => {
      const { stop } = json as { readonly stop: readonly { readonly holds: boolean }[] };
      t.ok(stop.length > 0 && stop.some(({ holds }) => !holds), 'nothing was done yet');
    },
  },
  {
    that: 'a slip in its name is said',
    words: ['project', 'show', 'gardne'],
    exit: 2,
    json: { error: { code: 'NOT_FOUND', hint: 'did you mean garden?' } },
  },
  {
    that: 'focus changes places with the first',
    words: ['project', 'focus', 'shed'],
    exit: 0,
    then: (t, at) =>
      t.same(
        [text(at, 'DISPATCH', 'shed', 'priority'), text(at, 'DISPATCH', 'garden', 'priority')],
        ['1', '3'],
      ),
  },
  {
    that: 'the first is the first',
    words: ['project', 'focus', 'shed'],
    exit: 0,
    json: { changed: [] },
  },
  {
    that: 'giving a project up leaves its files',
    words: ['project', 'abandon', 'shed'],
    exit: 0,
    then: (t, at) =>
      t.same(
        [text(at, 'DISPATCH', 'shed', 'status'), open(at).files.has('PROJECTS/shed/LONGRUNNER.md')],
        ['abandoned', true],
      ),
  },
  {
    that: 'inside a pass no project is paused',
    env: inside,
    words: ['project', 'pause', 'garden'],
    exit: 5,
  },
  {
    that: 'the list says how each stands',
    words: ['project', 'list'],
    exit: 0,
    json: {
      projects: [
        { slug: 'shed', priority: 1, status: 'abandoned' },
        { slug: 'pond', status: 'paused' },
        { slug: 'garden', status: 'active', mission: 'Know the plants', phase: 'look' },
        { slug: 'mail', phase: 'write' },
        { slug: 'tool', status: 'paused' },
        { slug: 'attic' },
      ],
    },
  },
];

function born(t: Tap, at: CliPlace): void {
  const snapshot = open(at);
  t.same(
    ['mission', 'phase.name', 'phase.successor', 'next_pass.objective', 'next_pass.model_tier'].map(
      (field) => text(at, 'PROJECT', 'garden', field),
    ),
    ['Know the plants', 'survey', 'review', 'List the plants', 'standard'],
  );
  t.same(
    ['priority', 'longrunner', 'phase', 'status'].map((field) =>
      text(at, 'DISPATCH', 'garden', field),
    ),
    ['1', 'PROJECTS/garden/LONGRUNNER.md', 'survey', 'active'],
  );
  t.match(
    readFileSync(join(at.root, 'PROJECTS/garden/LONGRUNNER.md'), 'utf8'),
    /# Why the project exists/,
    'the comments of the template stay',
  );
  t.match(fieldText(snapshot.records('AUDIT').at(-1), 'type'), 'project_register');
}

type Tap = Parameters<NonNullable<CliCase['then']>>[0];

function unlisted(at: CliPlace): void {
  const path = join(at.root, 'PROJECTS/attic/LONGRUNNER.md');
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(
    path,
    '---\nmission: Sort the attic\nphase: { name: sort, objective: Sort it, status: active }\nnext_pass: { model_tier: standard }\n---\n',
  );
}

t.test('projects', async (t) =>
  runCases(t, (directory) => makeWorkspace(directory, { at: new Date().toISOString() }), projects),
);

t.test('a new project is sound: the whole workspace validates', async (t) => {
  const at = makeWorkspace(t.testdir());
  for (const words of [
    ['garden', '--mission', 'Know the plants'],
    ['pond', '--mission', 'Know the fish', '--phase', 'count'],
    ...['survey', 'inventory', 'watch', 'write', 'code', 'maintain'].map((kind) => [
      kind,
      '--mission',
      'x',
      '--kind',
      kind,
    ]),
  ])
    t.equal((await callCommand(at, ['project', 'new', ...words])).exit, 0);
  const found = (await validateSnapshot(open(at), { home: at.home })).filter(
    (one) => one.severity !== 'info' && one.rule !== 'domain-anchor',
  );
  t.same(
    found.map((one) => `${one.range.file}:${one.range.line} ${one.rule}: ${one.message}`),
    [],
  );
});

t.test('at a terminal it asks, and shows what counts as done before it writes', async (t) => {
  const asked = {
    slug: 'garden',
    kinds: [
      { name: 'survey', objective: 'Gather', done: ['file_exists: outputs/survey-*.md'] },
      { name: 'watch', objective: 'Look once', done: ['file_exists: outputs/watch-*.md'] },
    ],
    kind: undefined,
    objective: undefined,
    runner: undefined,
    runners: [{ name: 'script', problem: undefined }],
  };
  const said: string[] = [];
  const down = '\u001b[B';
  const answers = await typing(
    ['Know the plants', '\r', down, '\r', '\r', down, '\r', 'y'],
    said,
    (terminal) => askForProject(asked, terminal),
  );
  t.same(answers, {
    mission: 'Know the plants',
    kind: 'watch',
    objective: 'Look once',
    runner: 'script',
  });
  t.match(said.join(''), /What counts as done[^]*outputs\/watch-\*\.md/);
  await t.rejects(
    typing(['x', '\r', '\r', '\r', '\r', 'n'], [], (terminal) => askForProject(asked, terminal)),
    { code: 'USAGE', message: /nothing was written/ },
  );
});

t.test('the program that a test of a phase runs is named while it is missing', async (t) => {
  const at = makeWorkspace(t.testdir());
  const words = ['project', 'new', 'pond', '--mission', 'Keep the pond.', '--kind', 'maintain'];
  t.match((await callCommand(at, words)).json, {
    missing: [/^PROJECTS\/pond\/check\.mjs, which a test of a phase runs$/],
  });
});

t.test(
  'a project whose page cannot be read is not shown as one without a stop condition',
  async (t) => {
    const at = makeWorkspace(t.testdir());
    await callCommand(at, ['project', 'new', 'pond', '--mission', 'Keep the pond.']);
    const page = join(at.root, 'PROJECTS/pond/LONGRUNNER.md');
    writeFileSync(page, readFileSync(page, 'utf8').replace('\nphase:', '\nphase: ['));
    t.match(await callCommand(at, ['project', 'show', 'pond']), {
      json: { error: { code: 'UNREADABLE', hint: /nocturne validate/ } },
    });
  },
);
