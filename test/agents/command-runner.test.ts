/** The `command` runner against real programs, well and badly behaved. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync, chmodSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { commandRunner } from '../../src/agents/command-runner.js';
import { runProcess, type ProcessLimits } from '../../src/agents/process-group.js';
import type { RunInput } from '../../src/agents/types.js';
import { findProcesses, killProcesses } from '../../src/agents/orphan-processes.js';
import { AGENT, commandSpec, sampleBrief, sampleInput } from './sample-run.js';
import { isAlive } from './is-alive.js';

// Some thirty real processes one after the other: slow on a busy machine.
t.setTimeout(120_000);

const HOST = {
  PATH: process.env['PATH'] ?? '',
  HOME: '/home/owner',
  LANG: 'C.UTF-8',
  TZ: 'UTC',
  SECRET: 'not for agents',
  EXTRA: 'passed',
};
const shellSpec = (script: string) => ({ ...commandSpec(), program: 'sh', args: ['-c', script] });
const run = (input: RunInput, limits?: Partial<ProcessLimits>, scratch?: string) =>
  commandRunner({
    host: HOST,
    ...(scratch === undefined ? {} : { scratch }),
    limits: { lookEveryMs: 10, graceMs: 100, ...limits },
  }).run(input);

t.test('a program that exits 0 has finished, with its report and its usage', async (t) => {
  const input = sampleInput({ spec: commandSpec('report'), cwd: t.testdir() });
  const outcome = await run(input);
  t.match(outcome, {
    kind: 'finished',
    usage: { tokensIn: 120, tokensOut: 30, cost: 0.5 },
    report: { summary: 'did the work', outputs: ['outputs/a.md'], problems: [] },
    model: 'test-model',
  });
  t.notOk(outcome.failure);
  t.match(outcome.tail, 'Some words first.');
  t.same(
    input.events.map((event) => event.kind),
    ['started', 'output'],
  );
});

t.test('a program that prints nothing has finished, and its report says so', async (t) => {
  const outcome = await run(sampleInput({ spec: commandSpec('quiet'), cwd: t.testdir() }));
  t.match(outcome, {
    kind: 'finished',
    detail: /gave no report/,
    report: { summary: '', problems: ['The program printed nothing.'] },
  });
});

t.test('the prompt arrives on stdin, whole, in any size and script', async (t) => {
  const prompt = `${'Приве́т, 世界 🌍\n'.repeat(20_000)}the end`;
  const outcome = await run(sampleInput({ spec: commandSpec('echo'), cwd: t.testdir(), prompt }));
  t.equal(outcome.kind, 'finished');
  t.match(outcome.tail, /世界 🌍\nthe end\n/);
  t.notMatch(outcome.tail, '\ufffd');
});

t.test('a program that does not read a long prompt has finished all the same', async (t) => {
  t.match(
    await run(
      sampleInput({
        spec: commandSpec('ignore-stdin'),
        cwd: t.testdir(),
        prompt: 'x'.repeat(4_000_000),
      }),
    ),
    { kind: 'finished' },
  );
});

t.test('exit codes and signals are classified', async (t) => {
  for (const [code, failure] of [
    ['1', 'crashed'],
    ['77', 'auth-required'],
    ['255', 'crashed'],
  ] as const) {
    t.match(await run(sampleInput({ spec: commandSpec('exit', code), cwd: t.testdir() })), {
      kind: 'failed',
      failure,
      detail: new RegExp(`exited with code ${code}\\..*Last words: cannot go on`),
    });
  }
  t.match(await run(sampleInput({ spec: commandSpec('signal'), cwd: t.testdir() })), {
    kind: 'failed',
    failure: 'crashed',
    detail: /ended by SIGSEGV/,
  });
});

t.test(
  'a program that asks to be tried again is, with growing waits, three times in all',
  async (t) => {
    const waits: number[] = [];
    const input = sampleInput({ spec: commandSpec('exit', '75'), cwd: t.testdir() });
    const runner = commandRunner({
      host: HOST,
      random: () => 0,
      wait: async (ms) => void waits.push(ms),
    });
    t.match(await runner.run(input), {
      kind: 'failed',
      failure: 'transient',
      detail: /exited with code 75/,
    });
    t.same(waits, [500, 1000]);
    t.match(
      input.events.map((event) => event.kind),
      ['started', 'output', 'retry', 'started', 'output', 'retry', 'started', 'output'],
    );
    const again = sampleInput({
      spec: commandSpec('second-time', join(t.testdir(), 'tried')),
      cwd: t.testdirName,
    });
    t.match(await runner.run(again), { kind: 'finished', report: { summary: 'did the work' } });
    for (const ends of ['rejecting', 'resolving']) {
      const controller = new AbortController();
      const impatient = commandRunner({
        host: HOST,
        wait: async (_, signal) => {
          controller.abort();
          if (ends === 'rejecting') signal.throwIfAborted();
        },
      });
      t.match(
        await impatient.run({ ...input, signal: controller.signal }),
        { failure: 'cancelled', detail: /while it waited/ },
        `a wait that ends early by ${ends} is the end of the run`,
      );
    }
  },
);

t.test(
  'a program that cannot be started is a failure with a sentence, not an exception',
  async (t) => {
    const cwd = t.testdir({ 'plain.txt': 'hello' });
    chmodSync(join(cwd, 'plain.txt'), 0o644);
    const spec = { ...commandSpec(), args: [] };
    t.match(await run(sampleInput({ spec: { ...spec, program: 'no-such-program-here' }, cwd })), {
      failure: 'not-found',
      detail: /`no-such-program-here` was not found/,
    });
    t.match(await run(sampleInput({ spec: { ...spec, program: './plain.txt' }, cwd })), {
      failure: 'not-found',
      detail: /not an executable file/,
    });
    t.match(await run(sampleInput({ spec: { ...spec, program: '' }, cwd })), {
      failure: 'not-found',
    });
    t.match(await run(sampleInput({ spec: { ...spec, program: 'a\0b' }, cwd })), {
      failure: 'not-found',
    });
    t.match(await run({ ...sampleInput({ spec, cwd }), cwd: join(cwd, 'gone') }), {
      failure: 'not-found',
      detail: /directory .*gone.* does not exist/,
    });
    t.match(await run(sampleInput({ spec: { ...spec, args: ['x'.repeat(4_000_000)] }, cwd })), {
      failure: 'not-found',
      detail: /too long/,
    });
  },
);

t.test(
  'a program with a slash is looked for from the workspace root, never from the folder the agent writes to',
  async (t) => {
    const root = t.testdir({ project: { tool: '#!/bin/sh\necho from the project\n' } });
    chmodSync(join(root, 'project/tool'), 0o755);
    t.match(
      await run({
        ...sampleInput({
          spec: { ...commandSpec(), program: './tool', args: [] },
          cwd: join(root, 'project'),
        }),
        workspaceRoot: root,
      }),
      { failure: 'not-found' },
    );
    const relativePath = { ...HOST, PATH: `.::${join('project')}:${HOST.PATH}` };
    const bare = sampleInput({
      spec: { ...commandSpec(), program: 'tool', args: [] },
      cwd: join(root, 'project'),
    });
    t.match(await commandRunner({ host: relativePath }).run(bare), { failure: 'not-found' });
  },
);

t.test(
  'the environment is the short list, what the owner passes, and the names of the pass',
  async (t) => {
    const input = sampleInput({
      spec: { ...commandSpec('environment'), passEnv: ['EXTRA', 'NOCTURNE_RUN', 'ABSENT'] },
      cwd: t.testdir(),
    });
    const outcome = await commandRunner({ host: { ...HOST, NOCTURNE_RUN: 'forged' } }).run(input);
    const environment = JSON.parse(outcome.tail) as Record<string, string>;
    t.same(Object.keys(environment).sort(), [
      'EXTRA',
      'HOME',
      'LANG',
      'NOCTURNE_BRIEF',
      'NOCTURNE_HEARTBEAT',
      'NOCTURNE_PASS_TOKEN',
      'NOCTURNE_RUN',
      'NOCTURNE_WORKSPACE',
      'PATH',
      'TZ',
    ]);
    t.match(environment, {
      EXTRA: 'passed',
      NOCTURNE_RUN: input.brief.runId,
      NOCTURNE_PASS_TOKEN: 'token-of-the-pass',
      NOCTURNE_WORKSPACE: input.workspaceRoot,
    });
  },
);

t.test(
  'arguments are filled without a shell, and the brief file holds no token and is gone afterwards',
  async (t) => {
    const cwd = t.testdir({ scratch: {} });
    const input = sampleInput({
      spec: commandSpec('arguments', '{workspace}/x', '$(touch owned) {unknown}', '{model}'),
      cwd,
    });
    const outcome = await run(input, {}, join(cwd, 'scratch'));
    const seen = JSON.parse(outcome.tail) as {
      args: string[];
      cwd: string;
      brief: Record<string, unknown>;
    };
    t.same(seen.args, [`${cwd}/x`, '$(touch owned) {unknown}', 'test-model']);
    t.equal(seen.cwd, cwd);
    t.equal(seen.brief['objective'], 'List the packages');
    t.notOk('token' in seen.brief);
    t.same(readdirSync(join(cwd, 'scratch')), []);
    t.notOk(existsSync(join(cwd, 'owned')));
  },
);

t.test('a program that runs on is ended at its deadline', async (t) => {
  t.match(
    await run(sampleInput({ spec: commandSpec('hang'), cwd: t.testdir() }), { totalMs: 80 }),
    { failure: 'timed-out', detail: /still running after 80 ms/ },
  );
});

t.test(
  'a program that only repeats what it printed is stopped, unless it changes files or declared its time',
  async (t) => {
    const repeating = (body: string) =>
      sampleInput({
        spec: {
          ...commandSpec(),
          args: [
            '-e',
            `const fs = require('node:fs'); let i = 0; setInterval(() => { i++; ${body}; if (i === 120) process.exit(0); }, 10)`,
          ],
        },
        cwd: t.testdir(),
      });
    const again = "console.log(new Date().toISOString() + ' trying again')";
    const cases: readonly (readonly [name: string, body: string, failure: string | undefined])[] = [
      ['the same line', again, 'stuck'],
      ['two lines in turn', "console.log('look', i % 2)", 'stuck'],
      ['and the same text again', `${again}; fs.writeFileSync('a.md', 'a')`, 'stuck'],
      ['and two texts in turn', `${again}; fs.writeFileSync('a.md', String(i % 2))`, 'stuck'],
      ['every line is another', "console.log('row ' + i)", undefined],
      ['a file grows', `${again}; fs.appendFileSync('a.md', 'a')`, undefined],
      ['nothing is printed', '', undefined],
      [
        'it declared a minute',
        `${again}; if (i === 1) fs.writeFileSync(process.env.NOCTURNE_HEARTBEAT, '{"tool":"train","seconds":60}')`,
        undefined,
      ],
    ];
    for (const [name, body, failure] of cases) {
      const outcome = await run(repeating(body), { repeatMs: 400 });
      t.equal(outcome.failure, failure, `${name}: ${outcome.detail}`);
      t.equal(outcome.circled === true, failure !== undefined, name);
      if (failure !== undefined) t.match(outcome.detail, /got nowhere: for .* and changed no file/);
    }
  },
);

t.test('a silent program is stuck', async (t) => {
  const input = sampleInput({ spec: commandSpec('hang'), cwd: t.testdir() });
  const outcome = await run(input, { idleMs: 60 });
  t.match(outcome, { failure: 'stuck', detail: /heartbeat file for 60 ms/ });
  t.equal(outcome.circled, undefined, 'it may have waited for something');
});

t.test('a silent program that touches its heartbeat file is alive', async (t) => {
  const input = sampleInput({
    spec: shellSpec(
      'for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do echo $i > "$NOCTURNE_HEARTBEAT"; sleep 0.05; done',
    ),
    cwd: t.testdir(),
  });
  t.match(await run(input, { idleMs: 600 }), { kind: 'finished' });
  t.ok(input.events.filter((event) => event.kind === 'heartbeat').length > 10);
});

t.test(
  'a program that declares a long tool may be silent for longer, but not beyond its budget',
  async (t) => {
    const declare = (seconds: number) =>
      shellSpec(
        `echo '{"tool": "long build", "seconds": ${seconds}}' > "$NOCTURNE_HEARTBEAT"; exec sleep 60`,
      );
    t.match(
      await run(sampleInput({ spec: declare(3600), cwd: t.testdir() }), {
        idleMs: 400,
        totalMs: 900,
      }),
      { failure: 'timed-out' },
    );
    t.match(
      await run(sampleInput({ spec: declare(0.5), cwd: t.testdir() }), {
        idleMs: 400,
        totalMs: 30_000,
      }),
      { failure: 'stuck' },
    );
  },
);

t.test('a program that ignores SIGTERM is killed after the grace', async (t) => {
  const controller = new AbortController();
  const input = sampleInput({
    spec: commandSpec('ignore-sigterm'),
    cwd: t.testdir(),
    signal: controller.signal,
    on: (event) => event.kind === 'output' && controller.abort(),
  });
  const outcome = await run(input, { graceMs: 400 });
  t.match(outcome, { failure: 'cancelled', detail: /cancelled/ });
  t.notMatch(outcome.detail, /behind/, 'the program itself is not something left behind');
  t.match(outcome.tail, 'not now');
});

t.test('the first reason to end a program is the one that counts', async (t) => {
  const cwd = t.testdir();
  const mark = { runId: sampleBrief().runId, workspace: cwd };
  const controller = new AbortController();
  const end = await runProcess({
    program: 'sh',
    args: ['-c', 'trap "echo not now" TERM; while :; do sleep 0.02; done'],
    cwd,
    env: { PATH: HOST.PATH, NOCTURNE_RUN: mark.runId, NOCTURNE_WORKSPACE: cwd },
    mark,
    stdin: '',
    signal: controller.signal,
    limits: { totalMs: 150, idleMs: 10_000, graceMs: 300 },
    onOutput: (_, tail) => tail().includes('not now') && controller.abort(),
  });
  t.match(end, { ending: 'timed-out', signal: 'SIGKILL' });
  t.ok(controller.signal.aborted);
});

t.test('a cancelled program may tidy up, and what it then says is kept', async (t) => {
  const controller = new AbortController();
  const input = sampleInput({
    spec: commandSpec('tidy-on-sigterm'),
    cwd: t.testdir(),
    signal: controller.signal,
    on: (event) => event.kind === 'output' && controller.abort(),
  });
  t.match(await run(input, { graceMs: 10_000 }), {
    failure: 'cancelled',
    report: { summary: 'did the work' },
  });
});

t.test('a run cancelled before it began starts nothing', async (t) => {
  const input = sampleInput({
    spec: commandSpec('report'),
    cwd: t.testdir(),
    signal: AbortSignal.abort(),
  });
  t.match(await run(input), { failure: 'cancelled' });
  t.same(input.events, []);
});

t.test('a flood of output ends the run, by its amount and by its speed', async (t) => {
  t.match(
    await run(sampleInput({ spec: commandSpec('flood'), cwd: t.testdir() }), {
      maxBytes: 1_000_000,
    }),
    { failure: 'output-flood', detail: /more than 976\.6 KiB\./ },
  );
  t.match(
    await run(sampleInput({ spec: commandSpec('flood'), cwd: t.testdir() }), {
      maxBytesPerSecond: 500_000,
    }),
    { failure: 'output-flood', detail: /within a second/ },
  );
});

t.test('nothing that a program leaves behind survives it', async (t) => {
  for (const mode of ['child-in-group', 'child-detached', 'double-fork']) {
    const cwd = t.testdir();
    const outcome = await run(sampleInput({ spec: commandSpec(mode, join(cwd, 'pid')), cwd }));
    t.match(outcome, { kind: 'finished', detail: /left 1 process behind, now ended/ }, mode);
    t.notOk(isAlive(Number(readFileSync(join(cwd, 'pid'), 'utf8'))), mode);
  }
});

t.test(
  'a cancelled program takes its detached children with it, also one that cleaned its environment',
  async (t) => {
    for (const mode of ['child-detached-and-hang', 'clean-environment-and-hang']) {
      const cwd = t.testdir();
      const controller = new AbortController();
      const input = sampleInput({
        spec: commandSpec(mode, join(cwd, 'pid')),
        cwd,
        signal: controller.signal,
        on: (event) => event.kind === 'output' && controller.abort(),
      });
      t.match(await run(input), { failure: 'cancelled' }, mode);
      t.notOk(isAlive(Number(readFileSync(join(cwd, 'pid'), 'utf8'))), mode);
    }
  },
);

t.test(
  'a process that flees, forking a new session and ending again and again, is caught',
  async (t) => {
    const cwd = t.testdir({ 'flee.sh': 'echo $$ >> hops\nsleep 0.02\nsetsid sh ./flee.sh &\n' });
    const input = sampleInput({
      spec: { ...commandSpec(), program: 'sh', args: ['./flee.sh'] },
      cwd,
    });
    t.match(await run(input), { kind: 'finished', detail: /behind, now ended/ });
    t.same(
      readFileSync(join(cwd, 'hops'), 'utf8')
        .split('\n')
        .filter((pid) => isAlive(Number(pid))),
      [],
    );
    t.same(findProcesses({ mark: { runId: input.brief.runId, workspace: cwd } }), []);
  },
);

t.test(
  'the processes of a run whose nocturne is gone are found by their mark and ended',
  async (t) => {
    const cwd = t.testdir();
    const mark = { runId: 'RUN-20261121-900', workspace: cwd };
    const left = spawn(process.execPath, [AGENT, 'ignore-sigterm'], {
      detached: true,
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { PATH: HOST.PATH, NOCTURNE_RUN: mark.runId, NOCTURNE_WORKSPACE: cwd },
    });
    await once(left.stdout, 'data');
    t.same(findProcesses({ mark }), [left.pid]);
    t.same(findProcesses({ mark: { ...mark, runId: 'RUN-20261121-90' } }), []);
    const gone = once(left, 'exit');
    t.same(await killProcesses({ mark }), { killed: 1, left: [] });
    await gone;
    t.notOk(isAlive(left.pid ?? 0));
    t.same(await killProcesses({ mark }), { killed: 0, left: [] });
  },
);

t.test('another run of the same id in another workspace is left alone', async (t) => {
  const cwd = t.testdir({ other: {} });
  const brief = sampleBrief();
  const controller = new AbortController();
  const other = run({
    ...sampleInput({
      spec: commandSpec('hang'),
      cwd: join(cwd, 'other'),
      brief,
      signal: controller.signal,
    }),
  });
  t.match(await run(sampleInput({ spec: commandSpec('report'), cwd, brief })), {
    kind: 'finished',
    detail: /exited with code 0\.$/,
  });
  controller.abort();
  t.match(await other, { failure: 'cancelled' });
});

t.test('a helper that still writes when the program has ended is waited for', async (t) => {
  const cwd = t.testdir();
  writeFileSync(join(cwd, 'late.md'), '```nocturne-report\nsummary: late words\n```\n');
  t.match(await run(sampleInput({ spec: commandSpec('slow-helper', join(cwd, 'late.md')), cwd })), {
    kind: 'finished',
    report: { summary: 'late words' },
  });
});
