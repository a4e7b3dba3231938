/** Whatever a command reads on standard input, it waits for who writes it. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { beginPass } from '../../../src/passes/host/host-driver.js';
import { inboxPlace } from '../../modules/inbound/inbox-place.js';
import { environment, type Place, read } from '../../passes/pass-workspace.js';
import { callForText } from './run-cli.js';

t.setTimeout(180_000);

const BIN = fileURLToPath(new URL('../../../../bin/nocturne.cjs', import.meta.url));
/** The point of the test: the text comes in two parts, each a while after the command started. */
const SLOWLY =
  'half="$1"; rest="$2"; shift 2; (sleep 1; printf %s "$half"; sleep 1; printf %s "$rest") | "$@"';
const SECRET = 'AKIA' + 'QYLPMN5HHHFPZAM2';

type Answer = { readonly status: number | null; readonly stdout: string; readonly stderr: string };

function slowly(place: Place, input: readonly [string, string], words: readonly string[]): Answer {
  const argv = [...input, process.execPath, BIN, ...words, '--workspace', place.root];
  const env = { ...process.env, NOCTURNE_HOME: place.home };
  return spawnSync('sh', ['-c', SLOWLY, 'sh', ...argv], { cwd: place.root, env, encoding: 'utf8' });
}

type Case = {
  readonly command: string;
  readonly words: readonly string[] | ((place: Place) => Promise<readonly string[]>);
  readonly input: readonly [string, string];
  readonly holds: (t: Test, place: Place, answer: Answer) => void;
};

const CASES: readonly Case[] = [
  {
    command: 'write',
    words: ['write', 'PROJECTS/pages/notes.md'],
    input: ['# Notes\n', 'The end.\n'],
    holds: (t, place) => t.equal(read(place, 'PROJECTS/pages/notes.md'), '# Notes\nThe end.\n'),
  },
  {
    command: 'guard check --content-file -',
    words: ['guard', 'check', '--op', 'write', '--path', 'NOTES.md', '--content-file', '-'],
    input: ['key = ', `${SECRET}\n`],
    holds: (t, _place, { stdout }) => t.match(stdout, /secret/i, 'the content was judged'),
  },
  {
    command: 'hook claude-code',
    words: ['hook', 'claude-code'],
    input: [
      '{"hook_event_name": "PreToolUse", "session_id": "s", "tool_name": "Write", ',
      '"tool_input": {"file_path": "SOUL.md", "content": "x"}}',
    ],
    holds: (t, _place, { stdout, stderr }) => t.match(`${stdout}${stderr}`, /SOUL\.md/),
  },
  {
    command: 'hook git pre-push',
    words: ['hook', 'git', 'pre-push'],
    input: ['', ''],
    holds: (t, _place, { status }) => t.equal(status, 0),
  },
  {
    command: 'inbox drop --file -',
    words: ['inbox', 'drop', '--channel', 'chat', '--sender', 'alice', '--file', '-'],
    input: ['Is it ', 'done?\n'],
    holds: (t, place) => {
      const dropped = readdirSync(join(place.root, 'inbox')).filter((name) => /^\d+T/.test(name));
      t.match(readFileSync(join(place.root, 'inbox', dropped[0] ?? ''), 'utf8'), /Is it done\?\n$/);
    },
  },
  {
    command: 'pass end',
    words: async (place) => {
      const begun = await beginPass(environment(place), { role: 'worker' });
      return ['pass', 'end', '--token', begun.kind === 'brief' ? begun.data.token : ''];
    },
    input: ['```nocturne-report\nsummary: it came ', 'in two parts\n```\n'],
    holds: (t, place) => t.match(read(place, 'audit/SESSION-REGISTRY.md'), /it came in two parts/),
  },
];

t.test('a command waits for what is written into it', async (t) => {
  const place = inboxPlace(t.testdir(), '');
  mkdirSync(join(place.root, 'PROJECTS/pages'), { recursive: true });
  for (const { command, words, input, holds } of CASES) {
    await t.test(command, async (t) => {
      const given = typeof words === 'function' ? await words(place) : words;
      const answer = slowly(place, input, given);
      t.not(answer.status, 70, answer.stderr);
      t.notMatch(answer.stderr, /EAGAIN|INTERNAL/);
      holds(t, place, answer);
    });
  }
});

t.test('a file that is not there is a mistake of the caller', async (t) => {
  const place = inboxPlace(t.testdir(), '');
  for (const words of [
    ['pass', 'end', '--token', 'x', '--report', 'nothing.md'],
    ['write', 'NOTES.md', '--content-file', 'nothing.md'],
    ['guard', 'check', '--op', 'write', '--path', 'NOTES.md', '--content-file', 'nothing.md'],
    ['inbox', 'drop', '--channel', 'chat', '--sender', 'alice', '--file', 'nothing.md'],
  ]) {
    const { exit, text } = await callForText(place, words, { input: '' });
    t.equal(exit, 2, words.join(' '));
    t.match(text, /nothing\.md cannot be read/);
  }
});

t.test('a pipe that somebody made non-blocking is waited for as well', async (t) => {
  const place = inboxPlace(t.testdir(), '');
  writeFileSync(
    join(place.root, 'non-blocking.py'),
    `import fcntl, os, select, sys
reading, writing = os.pipe()
fcntl.fcntl(reading, fcntl.F_SETFL, os.O_NONBLOCK)
if os.fork() == 0:
    os.close(reading); select.select([], [], [], 1); os.write(writing, b'text\\n'); os._exit(0)
os.close(writing); os.dup2(reading, 0)
os.execv(sys.argv[1], sys.argv[1:])
`,
  );
  const words = [process.execPath, BIN, 'write', 'PROJECTS/x.md', '--workspace', place.root];
  const env = { ...process.env, NOCTURNE_HOME: place.home };
  const options = { cwd: place.root, env, encoding: 'utf8' } as const;
  const answer = spawnSync('python3', ['non-blocking.py', ...words], options);
  t.equal(answer.status, 0, answer.stderr);
  t.equal(read(place, 'PROJECTS/x.md'), 'text\n');
});
