/** The `claude` runner against a program that speaks its lines, well and badly. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { claudeRunner } from '../../../src/hosts/claude-code/runner/runner.js';
import type { ProcessLimits } from '../../../src/agents/process-group.js';
import type { RunInput } from '../../../src/agents/types.js';
import { commandSpec, sampleBrief, sampleInput } from '../../agents/sample-run.js';

t.setTimeout(120_000);

const FIXTURE = fileURLToPath(new URL('./fixtures/claude.js', import.meta.url));
const HOST = { PATH: process.env['PATH'] ?? '', HOME: '/home/owner' };

/** A program of the name `claude` in a folder of its own. */
function input(t: Test, behave: readonly string[], more: Partial<RunInput> = {}) {
  const cwd = t.testdir();
  writeFileSync(
    join(cwd, 'claude'),
    `#!${process.execPath}\nimport(${JSON.stringify(FIXTURE)});\n`,
    { mode: 0o755 },
  );
  const spec = {
    ...commandSpec(),
    kind: 'claude' as const,
    program: join(cwd, 'claude'),
    args: behave.length === 0 ? [] : ['--behave', ...behave],
  };
  return sampleInput({ spec, cwd, model: 'sonnet', ...more });
}
const run = (given: RunInput, limits: Partial<ProcessLimits> = {}, maxAttempts = 1) =>
  claudeRunner({
    host: HOST,
    maxAttempts,
    limits: { lookEveryMs: 10, graceMs: 100, ...limits },
  }).run(given);

t.test('it works, reports, and tells what it did and used', async (t) => {
  const given = input(t, []);
  const outcome = await run(given);
  t.match(outcome, {
    kind: 'finished',
    report: { summary: 'did the work', outputs: ['outputs/a.md'], problems: [] },
    usage: { tokensIn: 260, tokensOut: 70, cost: 0.25 },
    model: 'sonnet',
  });
  t.notOk(outcome.failure);
  t.match(outcome.tail, /^I read 12 characters\.$/, 'the record has its words, not its lines');
  t.match(
    given.events.filter((event) => event.kind === 'tool'),
    [
      { name: 'Write', verdict: 'allow' },
      { name: 'Bash', verdict: 'deny' },
    ],
  );
  t.ok(given.events.some((event) => event.kind === 'output'));
});

t.test(
  "the prompt is on stdin and nowhere else, the owner's arguments come last, and nothing by-passes permissions",
  async (t) => {
    const secret = 'the whole of the prompt';
    const outcome = await run(
      input(t, ['arguments', '{workspace}'], {
        prompt: secret,
        brief: sampleBrief({ budget: { ...sampleBrief().budget, maxCost: 2.5 } }),
      }),
    );
    t.equal(outcome.kind, 'finished');
    const plain = await run(input(t, ['arguments'], { model: '' }));
    t.equal(plain.kind, 'finished');
    const seen = await argumentsSeen(t, {
      prompt: secret,
      brief: sampleBrief({ budget: { ...sampleBrief().budget, maxCost: 2.5 } }),
    });
    t.same(seen.words.slice(0, 8), [
      '-p',
      '--output-format',
      'stream-json',
      '--verbose',
      '--model',
      'sonnet',
      '--max-budget-usd',
      '2.5',
    ]);
    t.equal(seen.words.at(-2), '--behave');
    t.notMatch(seen.words.join(' '), new RegExp(`${secret}|dangerously|bypass`));
    t.equal(seen.prompt, secret);
    t.equal(seen.token, 'token-of-the-pass', 'its hooks can act in the pass');
  },
);

async function argumentsSeen(
  t: Test,
  more: Partial<RunInput>,
): Promise<{ readonly words: readonly string[]; readonly prompt: string; readonly token: string }> {
  const texts: string[] = [];
  const given = input(t, ['arguments'], {
    ...more,
    on: (event) => event.kind === 'output' && texts.push(event.tail),
  });
  await run(given);
  const line = JSON.parse(texts.join('').trim()) as { readonly result: string };
  return JSON.parse(line.result) as {
    readonly words: readonly string[];
    readonly prompt: string;
    readonly token: string;
  };
}

t.test('failures are known by their codes', async (t) => {
  const cases: readonly (readonly [readonly string[], string, RegExp])[] = [
    [
      ['failed', 'authentication_failed', '-', 'Not logged in'],
      'auth-required',
      /reported authentication_failed: Not logged in/,
    ],
    [['failed', 'authentication_failed', '401'], 'auth-required', /401/],
    [['failed', 'rate_limit', '429'], 'rate-limited', /rate_limit, 429/],
    [['failed', 'server_error', '529'], 'rate-limited', /529/],
    [['failed', 'server_error', '500'], 'transient', /server_error/],
    [
      ['failed', 'billing_error', '400', 'Credit balance is too low'],
      'over-budget',
      /billing_error/,
    ],
    [['failed', 'model_not_found', '404'], 'not-found', /model_not_found/],
    [['failed', '-', '403'], 'auth-required', /403/],
    [['failed', '-', '503'], 'transient', /503/],
    [
      ['failed', 'unknown', '400', 'You said: rate limit, Not logged in'],
      'crashed',
      /reported unknown, 400/,
    ],
    [['subtype', 'error_max_turns'], 'over-budget', /error_max_turns/],
    [['subtype', 'error_max_budget_usd'], 'limit-reached', /error_max_budget_usd/],
    [['subtype', 'error_during_execution'], 'crashed', /error_during_execution/],
    [['banner'], 'auth-required', /ended without a result: Invalid API key/],
    [['quotes-and-crashes'], 'crashed', /ended without a result/],
    [['nothing'], 'crashed', /ended without a result/],
  ];
  for (const [behave, failure, detail] of cases)
    t.match(await run(input(t, behave)), { kind: 'failed', failure, detail }, behave.join(' '));
});

t.test('words about logging in and limits inside an answer are an answer', async (t) => {
  t.match(await run(input(t, ['quotes'])), {
    kind: 'finished',
    report: { summary: 'did the work' },
  });
});

t.test(
  'only what may pass is tried again, and not when the wait is longer than the run',
  async (t) => {
    const waits: number[] = [];
    const patient = (now = () => 0) =>
      claudeRunner({
        host: HOST,
        random: () => 0,
        now,
        wait: async (ms) => void waits.push(ms),
        limits: { lookEveryMs: 10 },
      });
    t.match(await patient().run(input(t, ['failed', 'rate_limit', '429'])), {
      failure: 'rate-limited',
      usage: { tokensIn: 0 },
    });
    t.same(waits, [500, 1000]);
    await patient().run(input(t, ['failed', 'authentication_failed', '401']));
    await patient().run(input(t, ['subtype', 'error_during_execution']));
    t.equal(waits.length, 2, 'no login and no crash is tried again');
    t.match(await patient(() => 1000).run(input(t, ['limit-until', '31'])), {
      failure: 'rate-limited',
    });
    t.same(waits.slice(2), [30_000, 30_000], 'as long as it was told');
    const late = await patient(() => 1000).run(input(t, ['limit-until', '20000']));
    t.match(late, {
      failure: 'rate-limited',
      detail: /would have had to wait 19999 s, longer than the run may take/,
    });
    t.equal(waits.length, 4);
  },
);

t.test('deadlines, floods and a cancelled run end it', async (t) => {
  t.match(await run(input(t, ['silence']), { idleMs: 900 }), { failure: 'stuck' });
  t.match(await run(input(t, ['silence']), { totalMs: 900 }), { failure: 'timed-out' });
  t.match(await run(input(t, ['flood']), { maxBytes: 400_000 }), { failure: 'output-flood' });
  const controller = new AbortController();
  t.match(
    await run(
      input(t, ['ignore-sigterm'], {
        signal: controller.signal,
        on: (event) => event.kind === 'output' && controller.abort(),
      }),
    ),
    { failure: 'cancelled' },
  );
  const asking = input(t, ['asks-again', '401']);
  t.match(await run(asking, { totalMs: 900 }), {
    failure: 'auth-required',
    detail: /still running.*still asking an endpoint that answered 401/,
  });
  t.match(
    asking.events.filter((event) => event.kind === 'retry'),
    [{ attempt: 1, why: /answered 401/ }],
  );
});

t.test('a run that uses more tokens than it was given is ended', async (t) => {
  const outcome = await run(
    input(t, ['spends'], {
      brief: sampleBrief({ budget: { ...sampleBrief().budget, maxTokens: 3000 } }),
    }),
  );
  t.match(outcome, {
    failure: 'limit-reached',
    detail: /^\d+ tokens were used of 3000\./,
    limit: { scope: 'pass', unit: 'tokens', limit: 3000 },
    session: 'one',
  });
  t.ok((outcome.usage.tokensOut ?? 0) >= 2400, 'counted from its messages');
});

t.test('a line without end is no message, and what follows it is understood', async (t) => {
  t.match(await run(input(t, ['one-endless-line'])), {
    kind: 'finished',
    report: { summary: 'did the work' },
  });
});

t.test('without a program it is `claude` of the path', async (t) => {
  const given = input(t, []);
  const runner = claudeRunner({ host: { ...HOST, PATH: `${given.cwd}:${HOST.PATH}` } });
  t.match(await runner.run({ ...given, spec: { ...given.spec, program: '' } }), {
    kind: 'finished',
  });
  t.match(
    await claudeRunner({ host: { ...HOST, PATH: '/nowhere' } }).run({
      ...given,
      spec: { ...given.spec, program: '' },
    }),
    { failure: 'not-found', detail: /`claude` was not found/ },
  );
});

t.test(
  'it goes on with its session, and starts over with the whole prompt if that is gone',
  async (t) => {
    const resume = { kind: 'session', id: 'one', prompt: 'Do all of the work.' } as const;
    const prompt = 'Go on.';
    const went = await run(input(t, ['resumes', 'one'], { prompt, resume }));
    t.match(went.report.summary, /^"Go on\." in one$/);
    const over = await run(input(t, ['resumes', 'another'], { prompt, resume }));
    t.match(over.report.summary, /^"Do all of the work\." in a new session$/);
    t.match(over.detail, /^Its earlier session is gone, so it started over\./);
  },
);
