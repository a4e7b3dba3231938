/** The `openclaw` runner against a program that answers with its envelope, well and badly. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { openclawRunner } from '../../../src/hosts/openclaw/runner.js';
import type { ProcessLimits } from '../../../src/agents/process-group.js';
import type { RunInput } from '../../../src/agents/types.js';
import { commandSpec, sampleInput } from '../../agents/sample-run.js';

t.setTimeout(120_000);

const FIXTURE = fileURLToPath(new URL('./fixtures/openclaw.js', import.meta.url));
const HOST = { PATH: process.env['PATH'] ?? '', HOME: '/home/owner' };

/** A program of the name `openclaw` in a folder of its own. */
function input(t: Test, args: readonly string[], more: Partial<RunInput> = {}) {
  const cwd = t.testdir();
  writeFileSync(
    join(cwd, 'openclaw'),
    `#!${process.execPath}\nimport(${JSON.stringify(FIXTURE)});\n`,
    { mode: 0o755 },
  );
  return sampleInput({
    spec: { ...commandSpec(), kind: 'openclaw', program: join(cwd, 'openclaw'), args },
    cwd,
    model: 'fake/fake-1',
    ...more,
  });
}
const behave = (t: Test, ...words: readonly string[]) =>
  input(t, words.length === 0 ? [] : ['--behave', ...words]);
const run = (given: RunInput, limits: Partial<ProcessLimits> = {}, maxAttempts = 1) =>
  openclawRunner({
    host: HOST,
    maxAttempts,
    random: () => 0,
    wait: async () => undefined,
    limits: { lookEveryMs: 10, graceMs: 100, ...limits },
  }).run(given);

t.test('one turn, its report, its tokens and its cost', async (t) => {
  t.match(await run(behave(t)), {
    kind: 'finished',
    report: { summary: 'did the work', problems: [] },
    usage: { tokensIn: 130, tokensOut: 20, cost: 0.5 },
    model: 'fake-1',
    tail: /^Done\./,
  });
  t.match(await run(behave(t, 'line-before')), {
    kind: 'finished',
    report: { summary: 'did the work' },
  });
  t.match(
    await run(
      input(t, [
        'agent',
        '--local',
        '--json',
        '--agent',
        'main',
        '--message-file',
        '{prompt}',
        '--behave',
        'local',
      ]),
    ),
    {
      kind: 'finished',
      report: { summary: 'did the work' },
      usage: { tokensIn: 7, tokensOut: 3, cost: undefined },
    },
    'and what `agent --local` answers',
  );
});

t.test(
  "the prompt is a file, the state is a folder of the run, and the owner's arguments come last or stand alone",
  async (t) => {
    const seen = async (given: RunInput) =>
      JSON.parse((await run(given)).tail) as {
        readonly words: readonly string[];
        readonly prompt: string;
        readonly stdin: string;
        readonly token: string;
      };
    const given = input(t, ['--config', '{workspace}/openclaw.json', '--behave', 'arguments'], {
      prompt: 'the whole prompt',
    });
    const exec = await seen(given);
    t.same(exec.words.slice(0, 3), ['agent', 'exec', '--json']);
    t.equal(exec.words[exec.words.indexOf('--cwd') + 1], given.cwd);
    t.equal(exec.words[exec.words.indexOf('--timeout') + 1], '45');
    t.match(exec.words[exec.words.indexOf('--state-dir') + 1], /nocturne-run-[^/]+\/openclaw$/);
    t.same(exec.words.slice(exec.words.indexOf('--model')), [
      '--model',
      'fake/fake-1',
      '--config',
      `${given.cwd}/openclaw.json`,
      '--behave',
      'arguments',
    ]);
    t.match(exec, { prompt: 'the whole prompt', stdin: '', token: 'token-of-the-pass' });
    t.notMatch(exec.words.join(' '), 'the whole prompt');
    const own = ['agent', '--local', '--message-file', '{prompt}', '--behave', 'arguments'];
    t.same(
      (await seen(input(t, own))).words.filter((_, i) => i !== 3),
      own.filter((_, i) => i !== 3),
    );
  },
);

t.test(
  'failures are classified by kind, reason and exit code, or by the status that begins a message',
  async (t) => {
    const cases: readonly (readonly [readonly string[], string])[] = [
      [['kind', 'rate_limit'], 'rate-limited'],
      [['kind', 'refusal'], 'refused'],
      [['kind', 'exception'], 'crashed'],
      [
        [
          'kind',
          'exception',
          'Authentication failed (provider returned HTTP 401). Your token may have expired.',
        ],
        'auth-required',
      ],
      [
        ['kind', 'exception', 'The page says: Authentication failed (provider returned HTTP 401).'],
        'crashed',
      ],
      [['reason', 'auth'], 'auth-required'],
      [['reason', 'billing'], 'over-budget'],
      [['reason', 'overloaded'], 'rate-limited'],
      [['reason', 'timeout'], 'transient'],
      [['reason', 'something-new'], 'crashed'],
      [['reason-quoted'], 'crashed'],
      [['timeout'], 'timed-out'],
      [['nothing'], 'crashed'],
      [['garbage'], 'crashed'],
    ];
    for (const [words, failure] of cases)
      t.match(await run(behave(t, ...words)), { kind: 'failed', failure }, words.join(' '));
    t.match(await run(behave(t, 'nothing')), { detail: /It printed no result\./ });
  },
);

t.test('what may pass is tried again', async (t) => {
  const tries = async (...words: readonly string[]) => {
    const given = behave(t, ...words);
    await run(given, {}, 3);
    return given.events.filter((event) => event.kind === 'started').length;
  };
  t.equal(await tries('reason', 'rate_limit'), 3);
  t.equal(await tries('reason', 'auth'), 1);
  t.equal(await tries('timeout'), 1);
});

t.test('it may be silent while it writes down what it does, and not otherwise', async (t) => {
  const given = behave(t, 'writes-down');
  t.match(await run(given, { idleMs: 2500 }), { kind: 'finished' });
  t.ok(given.events.filter((event) => event.kind === 'heartbeat').length > 5);
  t.match(await run(behave(t, 'silence'), { idleMs: 900 }), { failure: 'stuck' });
  t.match(await run(behave(t, 'silence'), { totalMs: 900 }), { failure: 'timed-out' });
});
