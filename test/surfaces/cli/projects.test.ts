import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import t from 'tap';
import { systemClock } from '../../../src/kernel/clock.js';
import { fieldText } from '../../../src/project/field-text.js';
import { validateSnapshot } from '../../../src/validate/validate-snapshot.js';
import { openWorkspace } from '../../../src/workspace/open-workspace.js';
import type { Snapshot } from '../../../src/workspace/types.js';
import { makeWorkspace } from '../../support/make-workspace.js';
import { type CliCase, runCases } from './cases.js';
import { callCommand, type CliPlace } from './run-cli.js';

const open = (at: CliPlace): Snapshot =>
  openWorkspace(at.root, { home: at.home, clock: systemClock }).snapshot();
const text = (at: CliPlace, object: string, key: string, field: string): string =>
  fieldText(open(at).record(object, key), field);
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
    json: { error: { code: 'BAD_VALUE', message: /RUNNER/ } },
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
      'survey',
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
        ['survey', 'review', 'Count the fish', 'paused'],
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
    that: 'a paused project is not paused',
    words: ['project', 'pause', 'garden'],
    exit: 5,
    json: { error: { code: 'REFUSED' } },
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
        { slug: 'garden', status: 'active', mission: 'Know the plants', phase: 'collect' },
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
    ['Know the plants', 'collect', 'review', 'List the plants', 'standard'],
  );
  t.same(
    ['priority', 'longrunner', 'phase', 'status'].map((field) =>
      text(at, 'DISPATCH', 'garden', field),
    ),
    ['1', 'PROJECTS/garden/LONGRUNNER.md', 'collect', 'active'],
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
    ['pond', '--mission', 'Know the fish', '--phase', 'survey'],
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
