/** The owner allows something in advance with one command, which signs the page. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { verifyGate } from '../../../src/integrity/gate.js';
import { authorise } from '../../../src/project/preapproval.js';
import { openSnapshot } from '../../../src/workspace/snapshot.js';
import { makeWorkspace } from '../../support/make-workspace.js';
import { callCommand } from './run-cli.js';

const PAGE = 'orchestration-os/OPS-PREAPPROVAL.md';
const NOW = new Date();
const ASKED = ['--scope', 'reports/**, notes/**', '--except', 'notes/old/**', '--until', '3d'];

t.test('what the owner allows in advance holds at once, and ends at once', async (t) => {
  const { root, home } = makeWorkspace(t.testdir(), { at: NOW.toISOString() });
  const call = (...words: readonly string[]) => callCommand({ root, home }, words);
  const may = (target: string): string | undefined =>
    authorise(openSnapshot(root, { now: new Date() }), {
      actionClass: 'file-write-extended',
      targets: [target],
    }).pa;
  const before = readFileSync(join(root, PAGE), 'utf8');
  const shown = await call('preapprove', 'add', 'file-write-extended', ...ASKED, '--dry-run');
  t.match(shown.text, /## PA-004/);
  t.equal(readFileSync(join(root, PAGE), 'utf8'), before, 'a dry run writes nothing');

  const title = ['--title', 'Weekly', '--uses', '2'];
  const added = await call('preapprove', 'add', 'file-write-extended', ...ASKED, ...title);
  t.equal(added.exit, 0, added.text);
  t.match(added.text, /^PA-004 is active/);
  t.same(['reports/a.md', 'notes/b.md', 'notes/old/c.md', 'SOUL.md'].map(may), [
    'PA-004',
    'PA-004',
    undefined,
    undefined,
  ]);
  t.ok(verifyGate(root, home).ok, 'the page is signed');
  t.match((await call('preapprove', 'list')).text, /PA-004 .*active +0 of 2/);

  t.equal((await call('preapprove', 'revoke', 'PA-004')).exit, 0);
  t.equal(may('reports/a.md'), undefined);
  t.ok(verifyGate(root, home).ok);
  const next = await call('preapprove', 'add', 'command-extended', ...ASKED);
  t.match(next.text, /^PA-005 /, 'a number is never used again');
});

t.test('what cannot be allowed is refused before anything is written', async (t) => {
  const { root, home } = makeWorkspace(t.testdir(), { at: NOW.toISOString() });
  const before = readFileSync(join(root, PAGE), 'utf8');
  for (const [words, why] of [
    [['add', 'everything', ...ASKED], /everything/],
    [['add', 'command-extended', '--until', '3d'], /--scope is missing/],
    [['add', 'command-extended', '--scope', 'a/**'], /--until is missing/],
    [['add', 'command-extended', '--scope', 'a/**', '--until', '2020-01-01'], /is over/],
    [['add', 'command-extended', ...ASKED, '--uses', 'often'], /not a count/],
    [['revoke', 'PA-777'], /no pre-approval PA-777/],
  ] as const) {
    const answer = await callCommand({ root, home }, ['preapprove', ...words]);
    t.not(answer.exit, 0, words.join(' '));
    t.match(answer.text, why);
  }
  t.equal(readFileSync(join(root, PAGE), 'utf8'), before);
});
