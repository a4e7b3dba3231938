import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { createOwnerKey } from '../../../src/integrity/owner-key.js';
import { makeWorkspace } from '../../support/make-workspace.js';
import { type CliCase, runCases } from './cases.js';
import { callForText, callProcess, type CliPlace } from './run-cli.js';

const edit = (at: CliPlace, file: string, change: (text: string) => string): void =>
  writeFileSync(join(at.root, file), change(readFileSync(join(at.root, file), 'utf8')));
const LOG = 'audit/AUDIT-LOG.md';

const cases: readonly CliCase[] = [
  {
    that: 'a signed workspace is in order',
    words: ['gate'],
    exit: 0,
    json: {
      ok: true,
      owned: true,
      findings: [],
      files: Number,
      chains: [{ file: 'audit/APPROVAL-CHAIN.md', rows: 0, ok: true }],
    },
  },
  { that: 'nothing to sign', words: ['sign', '--all'], exit: 0, json: { signed: [] } },
  {
    that: 'which files to sign has to be said',
    words: ['sign'],
    exit: 2,
    json: { error: { code: 'USAGE' } },
  },
  {
    that: 'a changed file is named',
    first: (at) => appendFileSync(join(at.root, 'SOUL.md'), '\nOne line more.\n'),
    words: ['gate'],
    exit: 3,
    json: {
      ok: false,
      findings: [{ file: 'SOUL.md', problem: 'file-changed', hint: /nocturne sign SOUL\.md/ }],
    },
  },
  {
    that: 'without a terminal nothing is signed unseen',
    words: ['sign', 'SOUL.md'],
    exit: 2,
    json: {
      error: { code: 'USAGE', hint: /--yes/ },
      changes: [{ file: 'SOUL.md', kind: 'changed' }],
      diff: /\n\+One line more\.\n/,
    },
  },
  {
    that: 'a file that is not protected is not signed',
    words: ['sign', 'NOTIFICATIONS.md', '--yes'],
    exit: 2,
    json: { error: { code: 'NOT_FOUND' } },
  },
  {
    that: 'signing vouches for the whole set',
    first: (at) => edit(at, 'USER.md', (text) => text.replace('English', 'Dutch')),
    words: ['sign', 'SOUL.md', '--yes'],
    exit: 5,
    json: { error: { code: 'REFUSED', message: /USER\.md/ } },
  },
  {
    that: 'the owner signs what changed',
    words: ['sign', '--all', '--yes'],
    exit: 0,
    json: { signed: [{ file: 'SOUL.md', kind: 'changed' }, { file: 'USER.md' }], pinned: false },
  },
  { that: 'and the gate opens', words: ['gate'], exit: 0, json: { findings: [] } },
  {
    that: 'what was signed is on record',
    words: ['audit', 'show', '--type', 'sign', '--limit', '1'],
    exit: 0,
    json: {
      rows: [
        {
          type: 'sign',
          target: 'INTEGRITY-MANIFEST.md',
          result: 'signed',
          detail: /SOUL\.md \(changed\)/,
        },
      ],
      found: 2,
    },
  },
  {
    that: 'rows of a run that is not there are none',
    words: ['audit', 'show', '--run', 'RUN-20990101-001'],
    exit: 0,
    json: { rows: [], found: 0 },
  },
  {
    that: 'rows since tomorrow are none',
    words: ['audit', 'show', '--since', '2099-01-01'],
    exit: 0,
    json: { rows: [] },
  },
  {
    that: 'a limit that is no number is refused',
    words: ['audit', 'show', '--limit', 'few'],
    exit: 2,
    json: { error: { code: 'USAGE' } },
  },
  {
    that: 'whole logs verify',
    words: ['audit', 'verify'],
    exit: 0,
    json: {
      ok: true,
      chains: [{ ok: true }, { ok: true }, { file: LOG, ok: true }, { ok: true }, { ok: true }],
    },
  },
  {
    that: 'the first bad row is named',
    first: (at) => edit(at, LOG, (text) => text.replace('| sign |', '| sing |')),
    words: ['audit', 'verify'],
    exit: 1,
    json: {
      ok: false,
      chains: [{}, {}, { file: LOG, ok: false, firstBad: { line: 12, seq: 1, problem: 'edited' } }],
    },
  },
  {
    that: 'and by the gate',
    words: ['gate'],
    exit: 3,
    json: { findings: [{ file: LOG, line: 12, problem: 'edited' }] },
  },
  {
    that: 'a row cut off is seen by the anchor',
    first: (at) =>
      edit(at, LOG, (text) => text.replace('| sing |', '| sign |').replace(/\n\|[^\n]*\n$/, '\n')),
    words: ['audit', 'verify'],
    exit: 1,
    json: { chains: [{}, {}, { firstBad: { problem: 'truncated' } }] },
  },
  {
    that: 'the gate names the command by which the owner accepts it',
    words: ['gate'],
    exit: 3,
    json: { findings: [{ file: LOG, hint: /nocturne audit anchor/ }] },
  },
  {
    that: 'without a terminal nothing is accepted unseen',
    words: ['audit', 'anchor'],
    exit: 2,
    json: {
      error: { code: 'USAGE', hint: /--yes/ },
      changed: [
        { file: LOG, message: /cut off/, before: { rows: Number }, after: { rows: Number } },
      ],
    },
  },
  {
    that: 'nor inside a pass',
    words: ['audit', 'anchor', '--yes'],
    env: { NOCTURNE_RUN: 'RUN-20260101-001' },
    exit: 5,
    json: { error: { code: 'REFUSED' } },
  },
  {
    that: 'a file that is no log cannot be accepted',
    words: ['audit', 'anchor', 'SOUL.md', '--yes'],
    exit: 2,
    json: { error: { code: 'NOT_FOUND' } },
  },
  {
    that: 'the owner accepts the log as it stands',
    words: ['audit', 'anchor', LOG, '--reason', 'the disk was full', '--yes'],
    exit: 0,
    json: { anchored: [{ file: LOG }] },
  },
  { that: 'and the gate opens again', words: ['gate'], exit: 0, json: { findings: [] } },
  {
    that: 'what was accepted is on record',
    words: ['audit', 'show', '--type', 'anchor'],
    exit: 0,
    json: {
      rows: [{ target: LOG, result: 'anchored', detail: /the disk was full.*; signature / }],
    },
  },
  {
    that: 'then there is nothing to accept',
    words: ['audit', 'anchor'],
    exit: 0,
    json: { anchored: [] },
  },
  {
    that: 'a log that is gone is named',
    first: (at) => rmSync(join(at.root, LOG)),
    words: ['audit', 'verify'],
    exit: 1,
    json: {
      chains: [{}, {}, { file: LOG, ok: false }],
      findings: [{ file: LOG, problem: 'log-missing' }],
    },
  },
];

t.test('the gate, signing and the logs', async (t) =>
  runCases(t, (directory) => makeWorkspace(directory), cases),
);

t.test('a template that nobody owns is refused, and says what to do', async (t) => {
  const at = makeWorkspace(t.testdir(), { unsigned: true });
  t.match(await callProcess(at, ['gate']), {
    exit: 3,
    json: { owned: false, findings: [{ problem: 'unowned', hint: /nocturne init/ }] },
  });
  const { exit, text } = await callForText(at, ['gate']);
  t.equal(exit, 3);
  t.match(text, /^The gate refuses: one finding/);
});

t.test(
  'the gate takes its words in any order, and the whole command line answers the others',
  async (t) => {
    const at = makeWorkspace(t.testdir());
    t.match(await callForText(at, ['gate', '--workspace', at.root, '--no-color'], { cwd: '/' }), {
      exit: 0,
      text: /^The gate passes: \d+ protected files/,
    });
    t.match(await callForText(at, ['--workspace', at.root, 'gate'], { cwd: '/' }), {
      exit: 0,
      text: /^The gate passes/,
    });
    t.match(await callForText(at, ['gate', '--fast']), { exit: 2, text: /unknown option/ });
    t.match(await callForText(at, ['gate', '--help']), { exit: 0, text: /nocturne gate --json/ });
    t.match(await callForText(at, ['gate', '--workspace', `${at.root}/nothing`]), {
      exit: 2,
      text: /NO_WORKSPACE/,
    });
    const folder = join(at.root, '../folder');
    mkdirSync(folder);
    for (const words of [['gate'], ['status'], ['run', 'worker'], ['validate']])
      t.match(
        await callForText(at, [...words, '--workspace', folder]),
        { exit: 2, text: /^NO_WORKSPACE: .*folder is not a workspace: it has no REGISTRY\.md/ },
        'and one of something else',
      );
    t.same(readdirSync(folder), [], 'where nothing is written');
    rmSync(join(at.root, 'REGISTRY.md'));
    t.match(
      await callForText(at, ['gate', '--workspace', at.root]),
      { exit: 3, text: /REGISTRY\.md/ },
      'a workspace that lost its page still is one',
    );
  },
);

t.test('a key with a passphrase asks for it', async (t) => {
  const at = makeWorkspace(t.testdir(), { unsigned: true });
  rmSync(join(at.home, 'keys'), { recursive: true });
  createOwnerKey(at.home, { passphrase: 'correct horse' });
  t.match(await callProcess(at, ['sign', '--all', '--yes']), {
    exit: 2,
    json: { error: { code: 'CONFIG', hint: /NOCTURNE_PASSPHRASE/ } },
  });
  t.match(
    await callProcess(at, ['sign', '--all', '--yes'], { env: { NOCTURNE_PASSPHRASE: 'wrong' } }),
    {
      exit: 2,
      json: { error: { code: 'BAD_VALUE' } },
    },
  );
  t.match(
    await callProcess(at, ['sign', '--all', '--yes'], {
      env: { NOCTURNE_PASSPHRASE: 'correct horse' },
    }),
    { exit: 0, json: { pinned: true } },
  );
  t.match(await callProcess(at, ['gate']), { exit: 0 });
});
