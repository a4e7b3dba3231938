import t from 'tap';
import {
  type ArtefactFacts,
  judgeArtefact,
  type Sought,
} from '../../../src/modules/completion/judge-artefact.js';
import { expectationsOf } from '../../../src/modules/completion/expectations.js';

const ID = 'TASK-20261121-007';
const sought: Sought = {
  id: ID,
  replayOf: undefined,
  project: 'pages',
  before: { 'PROJECTS/pages/outputs/old.md': 'h-old' },
};
const expects = { path: 'PROJECTS/pages/outputs/**', min_bytes: 20 };
const file = (more: Partial<ArtefactFacts>): ArtefactFacts => {
  const text = more.text ?? `# Result of ${ID}\n\nTwelve entries were listed.\n`;
  return {
    path: 'PROJECTS/pages/outputs/new.md',
    size: Buffer.byteLength(text),
    sha256: 'h-new',
    kind: 'file',
    ours: false,
    ...more,
    text: 'text' in more ? more.text : text,
  };
};

const CASES: readonly [string, Partial<ArtefactFacts>, string][] = [
  ['a fresh file that names the task', {}, 'accepted'],
  [
    'the same file, changed since',
    { path: 'PROJECTS/pages/outputs/old.md', sha256: 'h-new' },
    'accepted',
  ],
  [
    'what was there already, touched anew',
    { path: 'PROJECTS/pages/outputs/old.md', sha256: 'h-old' },
    'stale',
  ],
  ['a copy of what was there already', { sha256: 'h-old' }, 'stale'],
  [
    'what was there already, moved',
    { path: 'PROJECTS/pages/outputs/moved.md', sha256: 'h-old' },
    'stale',
  ],
  ['nothing in it', { text: '', size: 0 }, 'empty'],
  ['nine bytes', { text: 'TASK-2026', size: 9 }, 'empty'],
  ['blanks', { text: ' '.repeat(200), size: 200 }, 'empty'],
  ['of another project', { path: 'PROJECTS/other/outputs/new.md' }, 'foreign'],
  [
    'it names another task',
    { text: 'All of TASK-20261121-008 was done, as it was asked.' },
    'foreign',
  ],
  [
    'it names this task and another',
    { text: `${ID} was done, and so was TASK-20261121-008.` },
    'foreign',
  ],
  [
    'it names no task',
    { text: 'Everything was done as it was asked, completed and delivered.' },
    'unnamed',
  ],
  ['a longer id', { text: `${ID}1 was done as it was asked, and delivered.` }, 'foreign'],
  ['the id inside another word', { text: `see X${ID}-b for what was done, completed` }, 'unnamed'],
  ['not completed', { text: `${ID}: not completed, the source was missing.` }, 'negated'],
  ['not yet done', { text: `Status of ${ID}: the list is not yet done.` }, 'negated'],
  ['failed to', { text: `${ID} failed to read the source, so there is nothing.` }, 'negated'],
  ['could not', { text: `For ${ID} the server could not be reached at all.` }, 'negated'],
  ['TODO', { text: `# ${ID}\n\nTODO: write the list of entries` }, 'negated'],
  ['wasn’t finished', { text: `${ID} wasn’t finished, more tomorrow.` }, 'negated'],
  ['status: failed', { text: `# ${ID}\n\n- Status: failed\n- Entries: 0` }, 'negated'],
  ['unable to', { text: `${ID}: I was unable to open the page.` }, 'negated'],
  [
    'nothing negative although the words are near',
    { text: `${ID}: the failed entries of last week are listed, all of them.` },
    'accepted',
  ],
  ['not text', { text: undefined }, 'unreadable'],
  ['a link', { kind: 'symlink' }, 'special'],
  ['what nocturne writes', { ours: true }, 'ours'],
];

t.test('a file bears a task out, or does not, with the reason', async (t) => {
  for (const [name, more, expected] of CASES) {
    const verdict = judgeArtefact(sought, expects, file(more));
    t.equal(verdict.accepted ? 'accepted' : verdict.reason, expected, name);
  }
});

t.test('what was there when the task began has to be known', async (t) => {
  t.match(judgeArtefact({ ...sought, before: undefined }, expects, file({})), {
    accepted: false,
    reason: 'unknown-past',
  });
});

t.test(
  'a declared mark stands for the id, and a replay may name the task that it repeats',
  async (t) => {
    t.match(
      judgeArtefact(
        sought,
        { ...expects, contains: 'checksum 42' },
        file({ text: 'The list, with the checksum 42 at its end.' }),
      ),
      { accepted: true },
    );
    t.match(judgeArtefact(sought, { ...expects, contains: 'checksum 43' }, file({})), {
      accepted: false,
      reason: 'unnamed',
    });
    t.match(
      judgeArtefact(
        { ...sought, replayOf: 'TASK-20261120-001' },
        expects,
        file({ text: `${ID}, which repeats TASK-20261120-001, is here.` }),
      ),
      { accepted: true },
    );
  },
);

t.test(
  'what a task declares is read, and what cannot be read becomes the default rule',
  async (t) => {
    const byDefault = [{ path: 'PROJECTS/pages/outputs/**', min_bytes: 20 }];
    t.same(expectationsOf('List the pages.', 'pages'), { expects: byDefault });
    t.same(expectationsOf('List the pages.', ''), {
      expects: [{ path: 'PROJECTS/*/outputs/**', min_bytes: 20 }],
    });
    t.same(expectationsOf('List.\nExpects: PROJECTS/pages/outputs/list.md\n', 'pages'), {
      expects: [{ path: 'PROJECTS/pages/outputs/list.md', min_bytes: 20 }],
    });
    t.same(
      expectationsOf(
        'List.\n```yaml expects\n- path: PROJECTS/pages/outputs/a.md\n  min_bytes: 500\n- path: PROJECTS/pages/outputs/b.md\n  contains: "## Entries"\n```\n',
        'pages',
      ).expects,
      [
        { path: 'PROJECTS/pages/outputs/a.md', min_bytes: 500 },
        { path: 'PROJECTS/pages/outputs/b.md', min_bytes: 20, contains: '## Entries' },
      ],
    );
    for (const bad of [
      '- path: ../../etc/passwd',
      '- path: /etc/passwd',
      '- path: "!x"',
      '- path: a.md\n  check: rm -rf /',
      '- a.md',
      'path: a.md',
      '[',
      '- path: a.md\n  min_bytes: 0',
    ]) {
      const read = expectationsOf(`x\n\`\`\`yaml expects\n${bad}\n\`\`\`\n`, 'pages');
      t.same(read.expects, byDefault, bad);
      t.match(read.problem, /cannot be parsed/, bad);
    }
  },
);
