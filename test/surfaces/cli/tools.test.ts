import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { systemClock } from '../../../src/kernel/clock.js';
import { beginPass } from '../../../src/passes/host/host-driver.js';
import { openWorkspace } from '../../../src/workspace/open-workspace.js';
import { environment, type Place, placeWithProject, read } from '../../passes/pass-workspace.js';
import { type CliCase, runCases } from './cases.js';

const NOTES = 'PROJECTS/pages/notes.md';
const OUTPUT = 'PROJECTS/pages/outputs/page.md';
const place = (directory: string): Place => placeWithProject(directory, '');
const rows = (at: Place, object: string): readonly Readonly<Record<string, string>>[] =>
  openWorkspace(at.root, { home: at.home, clock: systemClock })
    .snapshot()
    .records(object)
    .map((row) => Object.fromEntries([...row.fields].map(([name, cell]) => [name, cell.value])));
const prepared =
  (name: string, text: string) =>
  (at: Place): void =>
    writeFileSync(join(at.home, name), text);
const inHome = (at: Place, name: string): string => join(at.home, name);

const owners: readonly CliCase<Place>[] = [
  {
    that: 'without a pass the brief says how things stand',
    words: ['brief'],
    exit: 0,
    json: {
      run: null,
      running: [],
      projects: [{ slug: 'pages', status: 'active' }],
      next: 'pages',
    },
  },
  {
    that: 'a range of lines is read',
    words: ['read', 'SOUL.md', '--from', '1', '--to', '1'],
    exit: 0,
    json: { path: 'SOUL.md', from: 1, to: 1, text: '# Soul' },
  },
  {
    that: 'a line that is none is refused',
    words: ['read', 'SOUL.md', '--from', 'x'],
    exit: 2,
    json: { error: { code: 'USAGE' } },
  },
  {
    that: 'a range beyond the end is said so',
    words: ['read', 'SOUL.md', '--from', '9999'],
    exit: 2,
    json: { error: { code: 'BAD_VALUE', message: /has \d+ lines/ } },
  },
  {
    that: 'a folder is said to be one',
    words: ['read', 'PROJECTS/pages'],
    exit: 2,
    json: { error: { code: 'NOT_FOUND', message: /is a folder with 3 files/ } },
  },
  {
    that: 'a pattern finds lines',
    words: ['search', '^mission: test', '--glob', 'PROJECTS/**'],
    exit: 0,
    json: {
      hits: [{ path: 'PROJECTS/pages/LONGRUNNER.md', line: 2, text: 'mission: Test one pass.' }],
      more: false,
    },
  },
  {
    that: 'what is no expression is looked for as it is',
    words: ['search', 'in: "outputs/*.md"', '--glob', '**/PHASES.md'],
    exit: 0,
    json: { hits: [] },
  },
  {
    that: 'an open bracket is no error',
    words: ['search', 'each_has: [name', '--glob', '**/PHASES.md'],
    exit: 0,
    json: { hits: [{ text: /each_has: \[name\]/ }] },
  },
  {
    that: 'a needless backslash is none either',
    words: ['search', '^name\\-\\: |^mission\\:', '--glob', '**/LONGRUNNER.md'],
    exit: 0,
    json: { hits: [{ line: 2 }] },
  },
  {
    that: 'the owner writes a file',
    first: prepared('notes.md', '# Notes\n\none\n'),
    words: (at) => ['write', NOTES, '--content-file', inHome(at, 'notes.md')],
    exit: 0,
    json: { path: NOTES, created: true, characters: 13 },
    then: (t, at) =>
      t.match(rows(at, 'AUDIT').at(-1), {
        step: '',
        type: 'write',
        target: NOTES,
        authorisation: 'owner',
        result: 'ok',
      }),
  },
  {
    that: 'the owner edits it',
    words: ['edit', NOTES, '--old', 'one', '--new', 'two'],
    exit: 0,
    json: { path: NOTES, created: false },
    then: (t, at) => t.equal(read(at, NOTES), '# Notes\n\ntwo\n'),
  },
  {
    that: 'a dry run shows the difference',
    words: ['edit', NOTES, '--old', 'two', '--new', 'six', '--dry-run'],
    exit: 0,
    json: { dryRun: true, diff: /-two\n\+six/ },
    then: (t, at) => t.equal(read(at, NOTES), '# Notes\n\ntwo\n'),
  },
  {
    that: 'an old text that is not there changes nothing',
    words: ['edit', NOTES, '--old', 'one', '--new', 'x'],
    exit: 2,
    json: { error: { code: 'BAD_VALUE', message: /occurs 0 times/ } },
  },
  {
    that: 'a text that is given twice is refused',
    words: ['edit', NOTES, '--old', 'two', '--old-file', 'x', '--new', 'y'],
    exit: 2,
    json: { error: { code: 'USAGE', message: /given twice/ } },
  },
  {
    that: 'a text that is missing is asked for',
    words: ['edit', NOTES, '--old', 'two'],
    exit: 2,
    json: { error: { code: 'USAGE', message: /new text is missing/ } },
  },
  {
    that: 'a protected file is edited by hand and signed',
    words: ['edit', 'SOUL.md', '--old', '# Soul', '--new', '# Sold'],
    exit: 5,
    json: { error: { code: 'REFUSED', hint: /nocturne sign SOUL\.md/ } },
  },
  {
    that: 'what would not be valid is refused',
    words: [
      'edit',
      'PROJECTS/pages/LONGRUNNER.md',
      '--old',
      'runner: script',
      '--new',
      'runner: nobody',
    ],
    exit: 2,
    json: { error: { code: 'BAD_VALUE' } },
  },
  {
    that: 'the owner leaves a note',
    words: ['notify', 'Look at the licences.\nBoth.', '--priority', 'medium'],
    exit: 0,
    json: { id: /^N-\d{8}-001$/, priority: 'medium' },
    then: (t, at) =>
      t.match(rows(at, 'NOTIFICATION').at(-1), {
        kind: 'note',
        priority: 'medium',
        action_needed: 'Look at the licences.',
        status: 'open',
      }),
  },
  {
    that: 'an empty note is none',
    words: ['notify', ' '],
    exit: 2,
    json: { error: { code: 'BAD_VALUE' } },
  },
];

t.test('the owner reads, writes and notes with the tools of agents', async (t) =>
  runCases(t, place, owners),
);

type Begun = Place & { token: string };
const begin = async (at: Place): Promise<void> => {
  const begun = await beginPass(environment(at), { role: 'worker' });
  if (begun.kind === 'brief') (at as Begun).token = begun.data.token;
};
const token = (at: Place): Readonly<Record<string, string>> => ({
  NOCTURNE_PASS_TOKEN: (at as Begun).token,
});

const agents: readonly CliCase<Place>[] = [
  {
    that: 'a pass has its brief again',
    first: begin,
    env: token,
    words: ['brief'],
    exit: 0,
    json: {
      run: { project: 'pages' },
      prompt: /Write the first page\./,
      mayWrite: ['PROJECTS/pages/outputs/**'],
    },
  },
  {
    that: 'a pass writes inside its scope',
    first: prepared('page.md', '# Page\n'),
    env: token,
    words: (at) => ['write', OUTPUT, '--content-file', inHome(at, 'page.md')],
    exit: 0,
    json: { path: OUTPUT, created: true },
    then: (t, at) =>
      t.match(rows(at, 'AUDIT').at(-1), {
        step: 'T4',
        type: 'write',
        target: OUTPUT,
        detail: 'through command line',
      }),
  },
  {
    that: 'and nowhere else',
    env: token,
    words: (at) => ['write', NOTES, '--content-file', inHome(at, 'page.md')],
    exit: 5,
    json: { error: { code: 'REFUSED', message: /out-of-scope/ } },
    then: (t, at) =>
      t.match(rows(at, 'AUDIT').at(-1), {
        type: 'refusal',
        target: `${NOTES}`,
        authorisation: 'command line',
        result: 'refused',
      }),
  },
  {
    that: 'another spelling of a path is the same path',
    env: token,
    words: [
      'edit',
      './PROJECTS/pages/outputs/../outputs/page.md',
      '--old',
      '# Page',
      '--new',
      '# The page',
    ],
    exit: 0,
    json: { path: OUTPUT },
    then: (t, at) => t.equal(read(at, OUTPUT), '# The page\n'),
  },
  {
    that: 'what a file holds is not told by an edit that may not be made',
    env: token,
    words: ['edit', 'SOUL.md', '--old', 'surely not in it', '--new', ''],
    exit: 5,
    json: { error: { code: 'REFUSED', message: /tier-protected/ } },
  },
  {
    that: 'credentials are not written',
    first: prepared('secret.md', `key: AKIA${'Q7ZT2MXW4LPR8SVN'}\n`),
    env: token,
    words: (at) => ['write', OUTPUT, '--content-file', inHome(at, 'secret.md')],
    exit: 5,
    json: { error: { code: 'REFUSED', message: /secret/ } },
  },
  {
    that: 'nor noted',
    env: token,
    words: ['notify', `the key is AKIA${'Q7ZT2MXW4LPR8SVN'}`],
    exit: 5,
    json: { error: { code: 'REFUSED', message: /secret/ } },
  },
  {
    that: 'a wrong token writes nothing',
    env: { NOCTURNE_PASS_TOKEN: 'guess' },
    words: (at) => ['write', OUTPUT, '--content-file', inHome(at, 'page.md')],
    exit: 5,
    json: { error: { code: 'REFUSED' } },
  },
  {
    that: 'but reads',
    env: { NOCTURNE_PASS_TOKEN: 'guess' },
    words: ['brief'],
    exit: 0,
    json: { run: null },
  },
];

t.test('a pass does the same within its scope', async (t) => runCases(t, place, agents));
