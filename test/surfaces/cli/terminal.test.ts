/** What a terminal shows and a pipe does not: links, bars, colours; and a line for two weeks. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { existsSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { makeProjects } from '../../../bench/make-large.js';
import { showLines } from '../../../src/kernel/show-control.js';
import { terminalLink } from '../../../src/kernel/terminal-link.js';
import { sparkline } from '../../../src/report/sparkline.js';
import { barText } from '../../../src/surfaces/cli/progress-bar.js';
import { terminalHasLinks } from '../../../src/surfaces/cli/terminal-has-links.js';
import { placeWithProject, WRITES_PAGE } from '../../passes/pass-workspace.js';
import { makeWorkspace } from '../../support/make-workspace.js';
import { callCommand } from './run-cli.js';
import { fixedClock } from '../../../src/kernel/clock.js';

t.setTimeout(120_000);

const BIN = fileURLToPath(new URL('../../../../bin/nocturne.cjs', import.meta.url));
const LINK = '\u001b]8;';

t.test('only links of our own reach the terminal', async (t) => {
  const own = terminalLink('SOUL.md', '/a b/SOUL.md');
  t.equal(showLines(own, { color: true }), own);
  t.match(own, 'file:///a%20b/SOUL.md');
  t.notMatch(showLines(own, { color: false }), /\u001b/);
  for (const foreign of [
    '\u001b]8;;file:///etc/passwd\u001b\\SOUL.md\u001b]8;;\u001b\\',
    '\u001b]8;id=0000000000000000;file:///etc/passwd\u001b\\SOUL.md\u001b]8;;\u001b\\',
    own.replace('SOUL.md\u001b', 'S\u202eOUL\u001b[2J.md\u001b'),
    own.slice(0, -3),
  ])
    t.notMatch(showLines(foreign, { color: true }), /\u001b/, 'anything else is shown, not obeyed');
});

t.test('links are for terminals that have them', async (t) => {
  t.ok(terminalHasLinks({ FORCE_HYPERLINK: '1' }));
  t.notOk(terminalHasLinks({ FORCE_HYPERLINK: '0', TERM_PROGRAM: 'WezTerm' }));
  t.notOk(terminalHasLinks({ TERM_PROGRAM: 'WezTerm' }), 'this test prints into a pipe');
});

/** `nocturne WORDS` in a terminal of its own. */
function inTerminal(place: { root: string; home: string }, words: readonly string[]): string {
  const program = [
    'import os, pty, sys',
    'status = pty.spawn(sys.argv[1:])',
    'sys.exit(os.waitstatus_to_exitcode(status))',
  ].join('\n');
  const { stdout } = spawnSync(
    'python3',
    ['-c', program, process.execPath, BIN, ...words, '--workspace', place.root],
    { env: environment(place), encoding: 'utf8', input: '' },
  );
  return stdout;
}

function environment({ home }: { readonly home: string }) {
  const { CI: _ci, NO_COLOR: _color, ...env } = process.env;
  return { ...env, NOCTURNE_HOME: home, TERM: 'xterm-256color', TERM_PROGRAM: 'WezTerm' };
}

t.test('a terminal has links and a bar, a pipe has neither', async (t) => {
  const made = makeWorkspace(t.testdir());
  makeProjects(made.root, 250);
  writeFileSync(join(made.root, 'memory/NOTES.md'), '# Notes\n\nSee [it](none.md).\n');
  const shown = inTerminal(made, ['validate', '--rule', 'link-broken']);
  t.match(shown, /Checking files ━+─* [\d,]+ of [\d,]+\r\u001b\[2K/, 'the bar goes away again');
  t.ok(shown.includes(`${LINK}id=`), 'the file is a link');
  t.match(shown, `file://${join(made.root, 'memory/NOTES.md')}`);
  const piped = spawnSync(
    process.execPath,
    [BIN, 'validate', '--rule', 'link-broken', '--workspace', made.root],
    { env: environment(made), encoding: 'utf8' },
  );
  t.match(piped.stdout, /^memory\/NOTES\.md$/m);
  t.notMatch(piped.stdout + piped.stderr, /\u001b|━/);
});

t.test('bars and sparklines keep their width', async (t) => {
  t.equal(sparkline([0, 1, 5, 10]), '▁▂▅█');
  t.equal(sparkline([0, 0]), '▁▁');
  t.equal(sparkline([]), '');
  t.equal(
    barText('Files', { done: 500, total: 1000 }, 80),
    `Files ${'━'.repeat(12)}${'─'.repeat(12)} 500 of 1,000`,
  );
  t.equal(barText('Files', { done: 500, total: 1000 }, 30), 'Files 500 of 1,000');
  t.equal(barText('Files', { done: 500, total: 1000 }, 10).length, 9);
});

t.test('status shows two weeks of passes and what they cost on a line each', async (t) => {
  const place = placeWithProject(t.testdir(), WRITES_PAGE);
  const clock = fixedClock('2026-11-21T10:00:00Z');
  const status = (): ReturnType<typeof callCommand> => callCommand(place, ['status'], { clock });
  t.notMatch((await status()).text, /^passes/m, 'nothing where no pass ran');
  const runs = ['2026-11-10', '2026-11-20', '2026-11-20', '2026-11-21'];
  for (const [i, day] of runs.entries()) {
    const fields = {
      ...{ run_id: `RUN-${day.replaceAll('-', '')}-00${i}`, role: 'worker', runner: 'script' },
      ...{ model: 'm', project: 'pages', tokens_in: 10, tokens_out: 5, cost: 0.5 },
      ...{ integrity: 'pass', outcome: 'STRONG', started: `${day}T01:00:00Z` },
      ended: `${day}T02:00:00Z`,
    };
    place.workspace.commit({
      actor: { kind: 'nocturne', name: 'test' },
      runId: fields.run_id,
      reason: 'a pass',
      changes: [{ kind: 'append', object: 'RUN', fields }],
      audit: [],
    });
  }
  const { text, json } = await status();
  t.match(text, /^passes {2}▁▁▅▁▁▁▁▁▁▁▁▁█▅ {2}4 in 14 days, 1 today$/m);
  t.match(text, /^spend {3}▁▁▅▁▁▁▁▁▁▁▁▁█▅ {2}2\.00 in 14 days, 0\.5000 today$/m);
  t.equal((json['days'] as readonly unknown[]).length, 14);
});

const skip = existsSync('/dev/full') ? false : 'this system has no /dev/full';

t.test('a full disk under the output is an error, not a bug', { skip }, async (t) => {
  const { root, home } = makeWorkspace(t.testdir());
  const { status, stderr } = spawnSync(process.execPath, [BIN, 'status'], {
    cwd: root,
    env: { ...process.env, NOCTURNE_HOME: home },
    stdio: ['ignore', openSync('/dev/full', 'w'), 'pipe'],
    encoding: 'utf8',
  });
  t.equal(status, 1);
  t.match(stderr, /^STORAGE: the output could not be written: .*no space left/);
});
