/**
 * Programs in a real sandbox: what they find, what they cannot leave behind, and how they are
 * ended.
 */
import { spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { commandRunner } from '../../src/agents/command-runner.js';
import type { ProcessLimits } from '../../src/agents/process-group.js';
import { liveProcesses } from '../../src/agents/process-table.js';
import {
  decideSandbox,
  type Sandbox,
  type SandboxOn,
  sandboxText,
  type SandboxSettings,
} from '../../src/agents/sandbox.js';
import { probeSandbox } from '../../src/agents/sandbox-probe.js';
import type { RunInput } from '../../src/agents/types.js';
import { runCommand } from '../../src/governance/conditions/run-programs.js';
import { commandSpec, sampleInput } from './sample-run.js';
import { box, type Box, PATH, SETTINGS } from './sandbox-box.js';
import { childProgram } from '../support/child-program.js';

t.setTimeout(180_000);

const CHILD = childProgram('./sandboxed-child.js', import.meta.url);

const run = (at: Box, input: RunInput, limits?: Partial<ProcessLimits>) =>
  commandRunner({
    host: { PATH, HOME: at.home, LANG: 'C.UTF-8' },
    limits: { lookEveryMs: 10, graceMs: 2000, ...limits },
  }).run({ ...input, workspaceRoot: at.workspace, sandbox: at.sandbox });
const agent = (at: Box, mode: string, ...rest: readonly string[]) =>
  sampleInput({ spec: commandSpec(mode, ...rest), cwd: at.outputs });
const shell = (at: Box, script: string) =>
  sampleInput({ spec: { ...commandSpec(), program: 'sh', args: ['-c', script] }, cwd: at.outputs });
/** Live processes that were started with this word. */
const started = (word: string): number =>
  liveProcesses(({ pid }) => commandLine(pid).includes(word)).length;

/** Processes of that name, without those that only name it. */
const sleeping = (word: string): number =>
  liveProcesses(({ pid }) => commandLine(pid).startsWith(`${word}\0`)).length;

async function until(holds: () => boolean): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error('it did not come to that');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

t.test(
  'a program finds its prompt, brief and heartbeat file, reports, and its exit code is its own',
  async (t) => {
    const at = await box(t);
    t.match(await run(at, agent(at, 'report')), {
      kind: 'finished',
      report: { summary: 'did the work' },
      usage: { tokensIn: 120 },
    });
    t.match(
      (await run(at, { ...agent(at, 'echo'), prompt: `${'Приве́т, 世界\n'.repeat(20_000)}the end` }))
        .tail,
      /世界\nthe end\n/,
    );
    for (const [code, failure] of [
      ['1', 'crashed'],
      ['77', 'auth-required'],
    ] as const)
      t.match(await run(at, agent(at, 'exit', code)), {
        failure,
        detail: new RegExp(`exited with code ${code}\\.`),
      });
    t.match(await run(at, shell(at, 'echo $NOCTURNE_SANDBOX $TMPDIR')), { tail: 'strict /tmp\n' });
    t.match(await run(at, agent(at, 'signal')), {
      failure: 'crashed',
      detail: /exited with code 139/,
    });
    t.match(JSON.parse((await run(at, agent(at, 'arguments', '{workspace}'))).tail), {
      args: [at.workspace],
      cwd: at.outputs,
      brief: { objective: 'List the packages' },
    });
    const beating = shell(
      at,
      'for i in 1 2 3 4 5 6 7 8 9 10; do echo $i > "$NOCTURNE_HEARTBEAT"; sleep 0.4; done',
    );
    t.match(await run(at, beating, { idleMs: 2500 }), { kind: 'finished' });
    t.ok(beating.events.filter((event) => event.kind === 'heartbeat').length > 5);
  },
);

t.test(
  "nothing but the places of the pass can be written, and the owner's state is not there",
  async (t) => {
    const script = (at: Box) => `
    for place in "${at.workspace}/SOUL.md" "${at.workspace}/new.md" "${at.workspace}/.nocturne/x" "${at.workspace}/.git/x" "${at.home}/.nocturne/x" /usr/x /x /proc/sys/kernel/hostname; do (echo x > "$place") 2>/dev/null && echo "wrote $place"; done
    echo x > page.md; echo y > /tmp/own
    cat "${at.home}/.nocturne/keys/owner.key" "${at.home}/.ssh/id" 2>/dev/null
    for fd in /proc/self/fd/*; do case "$(readlink $fd)" in pipe:*) echo "pipe \${fd##*/}";; esac; done; grep CapEff /proc/self/status; cat "${at.home}/notes.txt" 2>/dev/null; ls /proc | grep -c '^[0-9]'`;
    for (const mode of ['strict', 'workspace'] as const) {
      const at = await box(t, { mode });
      const outcome = await run(at, shell(at, script(at)));
      t.notMatch(outcome.tail, /wrote|secret/, mode);
      t.match(outcome.tail, /CapEff:\t0000000000000000/, `${mode}: no capability, whoever runs it`);
      t.equal(
        outcome.tail.includes('mine'),
        mode === 'workspace',
        `${mode}: the rest of the home directory`,
      );
      t.notMatch(outcome.tail, /pipe [3-9]\n/, 'and it has no descriptor of ours');
      t.equal(readFileSync(join(at.outputs, 'page.md'), 'utf8'), 'x\n');
      t.equal(readFileSync(join(at.workspace, 'SOUL.md'), 'utf8'), 'soul');
      t.same(readdirSync(join(at.workspace, '.nocturne')), []);
    }
  },
);

t.test('the network is not there under strict unless the runner says so', async (t) => {
  const count = async (settings: Partial<SandboxSettings>): Promise<number> => {
    const at = await box(t, settings);
    return Number((await run(at, shell(at, 'grep -c : /proc/net/dev'))).tail.trim());
  };
  const here = readFileSync('/proc/net/dev', 'utf8')
    .split('\n')
    .filter((line) => line.includes(':')).length;
  t.equal(await count({ network: true }), here);
  t.equal(await count({ mode: 'workspace' }), here);
  t.ok((await count({})) <= 1, 'only the loop');
});

t.test(
  'a process that cleaned its environment and forked away from everything is gone under strict',
  async (t) => {
    const at = await box(t);
    const word = `left-${process.pid}`;
    const script = `setsid env -i /bin/sh -c '(trap "" TERM HUP; exec 0<&- 1>&- 2>&-; exec -a ${word} sleep 300) & exit' & sleep 0.3; echo done`;
    const outcome = await run(
      at,
      sampleInput({
        spec: {
          ...commandSpec(),
          program: 'bash',
          args: ['-c', script.replace('/bin/sh', '/bin/bash')],
        },
        cwd: at.outputs,
      }),
    );
    t.match(outcome, { kind: 'finished', tail: /done/ });
    t.equal(started(word), 0);
    t.notMatch(outcome.detail, /behind/);
    const loose = sampleInput({
      spec: {
        ...commandSpec(),
        program: 'bash',
        args: ['-c', script.replace('/bin/sh', '/bin/bash').replaceAll(word, `${word}-loose`)],
      },
      cwd: at.outputs,
    });
    await commandRunner({ host: { PATH, HOME: at.home }, limits: { graceMs: 100 } }).run(loose);
    t.equal(
      started(`${word}-loose`),
      1,
      'without the sandbox it escapes, which is why there is one',
    );
    for (const { pid } of liveProcesses((one) => commandLine(one.pid).includes(`${word}-loose`)))
      process.kill(pid, 'SIGKILL');
  },
);

t.test('when nocturne itself is killed, nothing of a sandbox goes on', async (t) => {
  const at = await box(t);
  const probe = await probeSandbox(PATH);
  const word = `orphan-${process.pid}`;
  const child = spawn(
    process.execPath,
    [CHILD, at.workspace, at.home, probe.kind === 'works' ? probe.bwrap : '', word],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  await until(() => sleeping(word) === 2);
  child.kill('SIGKILL');
  await until(() => sleeping(word) === 0);
  t.equal(started(word), 0);
});

t.test(
  'a sandboxed program is told to end, may tidy up, and is killed when it does not',
  async (t) => {
    const at = await box(t);
    const cancelled = async (mode: string, limits: Partial<ProcessLimits>) => {
      const controller = new AbortController();
      return run(
        at,
        {
          ...agent(at, mode),
          signal: controller.signal,
          on: (event) => event.kind === 'output' && controller.abort(),
        },
        limits,
      );
    };
    t.match(await cancelled('tidy-on-sigterm', {}), { failure: 'cancelled', tail: /tidied/ });
    const stubborn = await cancelled('ignore-sigterm', { graceMs: 300 });
    t.match(stubborn, { failure: 'cancelled', tail: /not now/ });
    t.notMatch(stubborn.detail, /behind/);
    t.match(await run(at, agent(at, 'hang'), { totalMs: 700 }), { failure: 'timed-out' });
    t.match(await run(at, agent(at, 'hang'), { idleMs: 700 }), { failure: 'stuck' });
    t.match(await run(at, agent(at, 'flood'), { maxBytes: 300_000 }), { failure: 'output-flood' });
    t.equal(started(at.workspace), 0);
  },
);

t.test(
  'a program below the home directory is found with its interpreter, and the rest of the home is not',
  async (t) => {
    const at = await box(t);
    const package_ = join(at.home, '.local/share/tools/node_modules/tool');
    mkdirSync(package_, { recursive: true });
    mkdirSync(join(at.home, '.local/bin'), { recursive: true });
    writeFileSync(join(package_, 'helper.mjs'), "export const word = 'helped';\n");
    writeFileSync(
      join(package_, 'cli.mjs'),
      "#!/usr/bin/env node\nimport { existsSync } from 'node:fs';\nimport { word } from './helper.mjs';\nconsole.log(word, existsSync(process.env.HOME + '/notes.txt'));\n",
    );
    chmodSync(join(package_, 'cli.mjs'), 0o755);
    symlinkSync(join(package_, 'cli.mjs'), join(at.home, '.local/bin/tool'));
    const host = { PATH: `${join(at.home, '.local/bin')}:${PATH}`, HOME: at.home };
    const start = (program: string) =>
      commandRunner({ host }).run({
        ...sampleInput({ spec: { ...commandSpec(), program, args: [] }, cwd: at.outputs }),
        workspaceRoot: at.workspace,
        sandbox: at.sandbox,
      });
    t.match((await start('tool')).tail, 'helped false');
    writeFileSync(join(at.home, 'alone.sh'), '#!/bin/sh\necho alone; ls "$HOME"\n');
    chmodSync(join(at.home, 'alone.sh'), 0o755);
    t.equal((await start(join(at.home, 'alone.sh'))).tail, 'alone\nalone.sh\n');
  },
);

t.test('what cannot be started is a failure with a sentence', async (t) => {
  const at = await box(t);
  t.match(
    await run(
      at,
      sampleInput({ spec: { ...commandSpec(), program: 'no-such-program-here' }, cwd: at.outputs }),
    ),
    { failure: 'not-found', detail: /`no-such-program-here` was not found/ },
  );
  const absent = await box(t, { read: [join(at.base, 'nowhere')] });
  t.match(await run(absent, agent(absent, 'report')), {
    failure: 'not-found',
    detail: /`sandbox_read` of the runner names .*nowhere.*not there/,
  });
  const relative = await box(t, { read: ['tools'] });
  t.match(await run(relative, agent(relative, 'report')), {
    failure: 'not-found',
    detail: /no absolute path/,
  });
  const broken: Sandbox = {
    wrap: ({ program }) => ({
      kind: 'wrapped',
      program: '/usr/bin/bwrap',
      args: ['--json-status-fd', '3', '--ro-bind', '/nowhere-at-all', '/x', '--', program],
    }),
  };
  t.match(await run({ ...at, sandbox: broken }, agent(at, 'report')), {
    failure: 'not-found',
    detail: /sandbox of .* could not be made: .*nowhere-at-all/,
  });
  const wrapped = await runCommand({
    argv: ['true'],
    cwd: at.workspace,
    timeoutMs: 5000,
    signal: undefined,
    wrap: () => ({
      kind: 'wrapped',
      argv: [
        '/usr/bin/bwrap',
        '--json-status-fd',
        '3',
        '--ro-bind',
        '/nowhere-at-all',
        '/x',
        '--',
        'true',
      ],
    }),
  });
  t.match(wrapped, {
    kind: 'failed',
    why: /true could not be run in its sandbox: .*nowhere-at-all/,
  });
});

t.test('it is tried out before it is relied on', async (t) => {
  const folder = t.testdir({
    nothing: {},
    forbidden: {
      bwrap: '#!/bin/sh\necho "bwrap: No permissions to create a new namespace" >&2\nexit 1\n',
    },
  });
  chmodSync(join(folder, 'forbidden/bwrap'), 0o755);
  const missing = await probeSandbox(join(folder, 'nothing'));
  const forbidden = await probeSandbox(join(folder, 'forbidden'));
  t.match(missing, { kind: 'missing', why: /not on the path/ });
  t.match(forbidden, { kind: 'forbidden', why: /cannot make a sandbox: bwrap: No permissions/ });
  const works = await probeSandbox(PATH);
  t.match(works, { kind: 'works', version: /^bubblewrap \d/ });
  t.equal(await probeSandbox(PATH), works, 'once');
  const cases: readonly (readonly [Partial<SandboxSettings>, typeof works, string])[] = [
    [{ mode: 'off' }, missing, 'off'],
    [{}, works, 'on'],
    [{}, missing, 'refused'],
    [{}, forbidden, 'refused'],
    [{ policy: 'prefer' }, missing, 'without'],
    [{ mode: 'workspace', policy: 'prefer' }, forbidden, 'without'],
  ];
  for (const [settings, probe, kind] of cases)
    t.equal(
      decideSandbox({ ...SETTINGS, ...settings }, probe).kind,
      kind,
      JSON.stringify(settings),
    );
  const on = decideSandbox({ ...SETTINGS, mode: 'workspace' }, works) as SandboxOn;
  t.equal(on.network, true, 'workspace has the network');
  t.match(
    sandboxText({ kind: 'without', mode: 'strict', why: 'so' }),
    /none, although strict is preferred \(so\)/,
  );
  t.notOk(existsSync(join(folder, 'nothing/bwrap')));
});
