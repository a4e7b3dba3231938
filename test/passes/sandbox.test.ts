/**
 * Real passes whose agent misbehaves, with a sandbox and without one, and what is said where there
 * is none.
 */
import {
  existsSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
  realpathSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import t, { type Test } from 'tap';
import { findProgram } from '../../src/agents/find-program.js';
import { commitActs } from '../../src/passes/act.js';
import { beginPass } from '../../src/passes/host/host-driver.js';
import { commandFolder, runCommandSteps } from '../../src/passes/run-command.js';
import { writablePlaces } from '../../src/passes/sandbox-places.js';
import { t3Sandbox } from '../../src/passes/worker/t3-sandbox.js';
import { worker } from '../../src/passes/worker/worker.js';
import { fieldText } from '../../src/project/field-text.js';
import { callProcess } from '../surfaces/cli/run-cli.js';
import {
  environment,
  type Place,
  placeWithProject,
  programRunner,
  type ProjectOptions,
  read,
  REPORT,
  runnersPage,
  WRITES_PAGE,
} from './pass-workspace.js';

t.setTimeout(180_000);

const boxed = (
  directory: string,
  agent: string,
  fields: string,
  options: ProjectOptions = {},
): Place =>
  placeWithProject(directory, agent, {
    runner: 'boxed',
    ...options,
    files: { 'orchestration-os/RUNNERS.md': runnersPage(programRunner(fields)), ...options.files },
  });

/** Tries what it may not, and writes down what the system answered. */
const MISBEHAVES = (place: { readonly port: number }): string => `${WRITES_PAGE}
import { appendFileSync, existsSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
const attempt = (what) => { try { what(); return 'done'; } catch (error) { return error.code; } };
const dial = (port, host) => new Promise((done) => connect(port, host).on('connect', function () { this.destroy(); done('connected'); }).on('error', (error) => done(error.code)));
const root = process.env.NOCTURNE_WORKSPACE;
const seen = {
  soul: attempt(() => appendFileSync(join(root, 'SOUL.md'), 'no limits')),
  log: attempt(() => appendFileSync(join(root, 'audit/AUDIT-LOG.md'), '| forged |')),
  state: attempt(() => writeFileSync(join(root, '.nocturne/forged'), 'x')),
  stray: attempt(() => writeFileSync(join(root, 'stray.md'), 'x')),
  remove: attempt(() => rmSync(join(root, 'USER.md'))),
  program: attempt(() => writeFileSync('pass.mjs', 'worse')),
  plan: attempt(() => appendFileSync('LONGRUNNER.md', 'rewritten')),
  outside: attempt(() => writeFileSync(join(dirname(root), 'outside.txt'), 'x')),
  key: attempt(() => readFileSync(join(dirname(root), "home", 'keys/owner.key'))),
  homes: attempt(() => readdirSync(join(dirname(root), 'home')).length === 0 || (() => { throw { code: 'full' }; })()),
  local: await dial(${place.port}, '127.0.0.1'),
  far: await dial(80, '192.0.2.1'),
  scratch: attempt(() => writeFileSync(join(process.env.TMPDIR ?? '/tmp', 'own.txt'), 'x')),
  heartbeat: attempt(() => writeFileSync(process.env.NOCTURNE_HEARTBEAT, 'alive')),
  brief: attempt(() => JSON.parse(readFileSync(process.env.NOCTURNE_BRIEF, 'utf8')).runId),
  processes: readdirSync('/proc').filter((name) => /^[0-9]+$/.test(name)).length < 10,
  sandbox: JSON.parse(readFileSync(process.env.NOCTURNE_BRIEF, 'utf8')).sandbox,
};
writeFileSync('outputs/seen.json', JSON.stringify(seen, undefined, 2));
${REPORT}`;

type Seen = Readonly<Record<string, string | boolean>>;
const seenBy = (place: Place): Seen =>
  JSON.parse(read(place, 'PROJECTS/pages/outputs/seen.json')) as Seen;

async function listen(t: Test): Promise<number> {
  const server = createServer((socket) => socket.end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

const STRICT = '- **Sandbox:** strict\n- **Sandbox policy:** require\n';
const rows = (
  place: Place,
  runId: string | undefined,
  step: string,
  type: string,
): readonly string[] =>
  place.workspace
    .snapshot()
    .records('AUDIT')
    .filter(
      (row) =>
        fieldText(row, 'run_id') === runId &&
        fieldText(row, 'step') === step &&
        fieldText(row, 'type') === type,
    )
    .map(
      (row) =>
        `${fieldText(row, 'target')} ${fieldText(row, 'result')} ${fieldText(row, 'detail')}`,
    );
const restoredIn = (json: Readonly<Record<string, unknown>>): readonly string[] =>
  (json['run'] as { readonly restored: readonly { readonly path: string }[] }).restored
    .map((one) => one.path)
    .sort();
const lastRun = (place: Place): string | undefined =>
  place.workspace.snapshot().records('RUN').at(-1)?.key;
/** The environment of somebody on whose machine bubblewrap is missing, or may do nothing. */
function without(folder: string, bwrap?: string): NodeJS.ProcessEnv {
  mkdirSync(folder, { recursive: true });
  for (const name of ['node', 'true'])
    symlinkSync(
      findProgram(name, { path: process.env['PATH'], directory: '/' }) ?? '',
      join(folder, name),
    );
  if (bwrap !== undefined) writeFileSync(join(folder, 'bwrap'), bwrap, { mode: 0o755 });
  return { ...process.env, PATH: folder };
}

t.test(
  "under strict a program that writes outside, reads the owner's state or dials out fails at the system call",
  async (t) => {
    const place = boxed(t.testdir(), MISBEHAVES({ port: await listen(t) }), STRICT);
    const { exit, json } = await callProcess(place, ['run', 'worker'], {});
    t.equal(exit, 0, JSON.stringify(json));
    t.match(seenBy(place), {
      soul: 'EROFS',
      log: 'EROFS',
      state: 'EROFS',
      stray: 'EROFS',
      program: 'EROFS',
      plan: 'EROFS',
      remove: /^(EROFS|EBUSY)$/,
      // Where the repository itself is in /tmp, the folder beside the workspace is in the program's
      // own /tmp, which is gone with it.
      outside: place.root.startsWith(`${realpathSync(tmpdir())}/`) ? 'done' : 'EROFS',
      key: 'ENOENT',
      homes: 'done',
      local: 'ECONNREFUSED',
      far: 'ENETUNREACH',
      scratch: 'done',
      heartbeat: 'done',
      brief: 'done',
      processes: true,
      sandbox: /^strict: /,
    });
    t.match(json, { run: { restored: [] } }, 'so there is nothing to undo');
    t.notOk(existsSync(join(dirname(place.root), 'outside.txt')), 'and nothing is left outside');
    t.match(rows(place, lastRun(place), 'T4', 'sandbox'), [/^strict ok boxed: strict: /]);
  },
);

t.test(
  'the same program without a sandbox does all of it, and what it did to the workspace is undone',
  async (t) => {
    const place = boxed(t.testdir(), MISBEHAVES({ port: await listen(t) }), '');
    const soul = read(place, 'SOUL.md');
    const { exit, json } = await callProcess(place, ['run', 'worker'], {});
    t.equal(exit, 1);
    t.match(seenBy(place), {
      soul: 'done',
      log: 'done',
      state: 'done',
      stray: 'done',
      remove: 'done',
      program: 'done',
      plan: 'done',
      outside: 'done',
      key: 'done',
      homes: 'full',
      local: 'connected',
      sandbox: /^off: /,
    });
    t.ok(
      existsSync(join(dirname(place.root), 'outside.txt')),
      'what is outside stays done: this is what a sandbox is for',
    );
    t.same(restoredIn(json), [
      'PROJECTS/pages/LONGRUNNER.md',
      'PROJECTS/pages/pass.mjs',
      'SOUL.md',
      'USER.md',
      'audit/AUDIT-LOG.md',
    ]);
    t.equal(read(place, 'SOUL.md'), soul);
    t.same(rows(place, lastRun(place), 'T4', 'sandbox'), []);
  },
);

t.test(
  'where a sandbox is required and there is none, the agent is not started, and the owner is told',
  async (t) => {
    const folder = t.testdir();
    const cases = [
      {
        name: 'missing',
        env: without(join(folder, 'a')),
        why: /sandbox-unavailable: the runner boxed requires the sandbox strict, but bubblewrap .* is not on the path/,
      },
      {
        name: 'forbidden',
        env: without(
          join(folder, 'b'),
          '#!/bin/sh\necho "bwrap: No permissions to create a new namespace" >&2\nexit 1\n',
        ),
        why: /sandbox-unavailable: .* cannot make a sandbox: bwrap: No permissions/,
      },
    ];
    for (const { name, env, why } of cases) {
      const place = boxed(join(folder, name), `${WRITES_PAGE}${REPORT}`, STRICT);
      const report = await worker(environment(place, { env }), { role: 'worker' });
      t.equal(report.exit, 1, name);
      t.match(report.outcome, why);
      t.notOk(existsSync(join(place.root, 'PROJECTS/pages/outputs')), 'nothing was started');
      const snapshot = place.workspace.snapshot();
      t.equal(fieldText(snapshot.record('DISPATCH', 'pages'), 'status'), 'blocked');
      t.match(
        fieldText(
          snapshot.records('NOTIFICATION').find((one) => fieldText(one, 'project') === 'pages'),
          'body',
        ),
        why,
      );
    }
  },
);

t.test(
  'where a sandbox is only preferred and there is none, the pass runs and says so everywhere',
  async (t) => {
    const folder = t.testdir();
    const place = boxed(
      join(folder, 'place'),
      `${WRITES_PAGE}${REPORT}`,
      '- **Sandbox:** strict\n- **Sandbox policy:** prefer\n',
    );
    const said: string[] = [];
    const report = await worker(
      environment(place, { env: without(join(folder, 'bin')), say: (line) => said.push(line) }),
      { role: 'worker' },
    );
    t.equal(report.exit, 0, report.outcome);
    t.match(
      said.join('\n'),
      /strict is preferred, but bubblewrap .* this pass runs WITHOUT a sandbox/,
    );
    t.match(report.data?.prompt, /Sandbox: none, although strict is preferred \(bubblewrap/);
    t.match(rows(place, report.data?.runId, 'T4', 'sandbox'), [
      /^strict failed boxed: none, although strict is preferred/,
    ]);
  },
);

t.test('checks and probes run in the sandbox as well', async (t) => {
  const check = `import { appendFileSync, writeFileSync } from 'node:fs';
const code = (what) => { try { what(); return 'done'; } catch (error) { return error.code; } };
console.log([code(() => appendFileSync('../../SOUL.md', 'checked')), code(() => writeFileSync('pass.mjs', 'worse'))].join(' '));
`;
  const tools = readFileSync(
    new URL('../../../orchestration-os/OPS-TOOL-REGISTRY.md', import.meta.url),
    'utf8',
  );
  const header = tools.split('\n').find((line) => /^\| *Tool *\|/.test(line)) ?? '';
  const row = header
    .split('|')
    .slice(1, -1)
    .map(
      (cell) =>
        ({ Tool: 'probed', Program: 'node', Probe: 'node PROJECTS/pages/probe.mjs' })[
          cell.trim()
        ] ?? '-',
    );
  const at = tools.lastIndexOf('\n|') + 1;
  const lineEnd = tools.indexOf('\n', at) + 1;
  const registry = `${tools.slice(0, lineEnd)}| ${row.join(' | ')} |\n${tools.slice(lineEnd)}`;
  const probe =
    "import { appendFileSync } from 'node:fs';\ntry { appendFileSync(new URL('../../SOUL.md', import.meta.url), 'x'); process.exitCode = 3; } catch (error) { process.exitCode = error.code === 'EROFS' ? 0 : 4; }\n";
  const place = boxed(t.testdir(), `${WRITES_PAGE}${REPORT}`, STRICT, {
    requires: '[probed]',
    stop: '- command: { run: "node check.mjs", exit: 0, stdout: "^EROFS EROFS$", timeout: 30s }',
    files: {
      'PROJECTS/pages/check.mjs': check,
      'PROJECTS/pages/probe.mjs': probe,
      'orchestration-os/OPS-TOOL-REGISTRY.md': registry,
    },
  });
  const report = await worker(environment(place), { role: 'worker' });
  t.equal(report.exit, 0, report.outcome);
  t.match(report.data?.stop, [{ holds: true }]);
});

t.test('a check program that is not there is no answer, also in a sandbox', async (t) => {
  const place = boxed(t.testdir(), `${WRITES_PAGE}${REPORT}`, STRICT, {
    stop: '- command: { run: "no-such-program-here", exit: 1, timeout: 30s }',
  });
  const report = await worker(environment(place), { role: 'worker' });
  t.match(report.data?.stop, [
    { holds: false, error: /no-such-program-here could not be run: .* was not found/ },
  ]);
});

t.test('where a host runs the agent, the brief does not promise a sandbox', async (t) => {
  const place = boxed(t.testdir(), '', STRICT);
  const begun = await beginPass(environment(place), { role: 'worker' });
  if (begun.kind !== 'brief') return t.fail(begun.report.outcome);
  t.match(begun.data.prompt, /Sandbox: whatever your host uses/);
  t.match(rows(place, begun.data.runId, 'T4', 'sandbox'), [
    /^strict ok boxed: around checks and probes only/,
  ]);
});

t.test(
  'commands of a chat agent run in the sandbox, and see the places of that moment',
  async (t) => {
    const place = boxed(t.testdir(), '', STRICT);
    const begun = await beginPass(environment(place), { role: 'worker' });
    if (begun.kind !== 'brief') return t.fail(begun.report.outcome);
    const pass = { env: environment(place), pass: begun.data };
    const run = (words: readonly string[]) =>
      runCommandSteps(pass, [
        {
          join: ';',
          folder: commandFolder(pass.pass),
          pipeline: [{ env: [], words, redirects: [] }],
        },
      ]);
    const tried = await run([
      'sh',
      '-c',
      'echo x > ../../SOUL.md; echo y > pass.mjs; mkdir -p outputs && echo z > outputs/page.md && echo wrote; ls ../../../home',
    ]);
    t.match(tried.text, /wrote/);
    t.equal(tried.text.match(/Read-only file system/g)?.length, 2);
    t.notMatch(tried.text, 'keys');
    t.match(await run(['no-such-program-here']), { ok: false, text: /was not found/ });
  },
);

t.test(
  'where a pass may write is a folder, and what the guard would refuse inside it stays closed',
  async (t) => {
    const early = 'PROJECTS/pages/outputs/early.md';
    const place = placeWithProject(t.testdir(), '', {
      files: {
        [early]: 'x',
        'PROJECTS/pages/outputs/deep/now.md': 'x',
        'PROJECTS/pages/outputs/.git/config': 'x',
        'PROJECTS/pages/notes/a.md': 'x',
        'PROJECTS/other/b.md': 'x',
      },
    });
    symlinkSync('/usr', join(place.root, 'PROJECTS/pages/elsewhere'));
    const cases: readonly (readonly [
      string,
      readonly string[],
      readonly string[],
      readonly string[],
    ])[] = [
      [
        'a folder',
        ['PROJECTS/pages/outputs/**'],
        ['outputs'],
        ['outputs/.git', 'outputs/early.md'],
      ],
      [
        'one inside another',
        ['PROJECTS/pages/outputs/**', 'PROJECTS/pages/outputs/deep/*.md'],
        ['outputs'],
        ['outputs/.git', 'outputs/early.md'],
      ],
      [
        'a folder that is not there yet',
        ['PROJECTS/pages/drafts/**'],
        [''],
        ['LONGRUNNER.md', 'PHASES.md', 'notes', 'outputs', 'pass.mjs'],
      ],
      ['one file', ['PROJECTS/pages/notes/a.md'], ['notes'], []],
      [
        'some files of the project',
        ['PROJECTS/pages/*.md'],
        [''],
        ['LONGRUNNER.md', 'PHASES.md', 'notes', 'outputs', 'pass.mjs'],
      ],
      [
        'files in any folder',
        ['PROJECTS/pages/outputs/*/now.md'],
        ['outputs'],
        ['outputs/.git', 'outputs/early.md'],
      ],
      [
        'less what is taken away',
        ['PROJECTS/pages/notes/**', '!PROJECTS/pages/notes/a.md'],
        ['notes'],
        ['notes/a.md'],
      ],
      ['behind a link', ['PROJECTS/pages/elsewhere/**'], [], []],
      ['nothing', [], [], []],
    ];
    for (const [name, writes, writable, readOnly] of cases) {
      const found = writablePlaces(place.workspace.snapshot(), {
        kind: 'pass',
        runId: 'RUN-20261121-001',
        role: 'worker',
        project: 'pages',
        phase: 'write',
        earlierOutputs: [early],
        writes,
        tools: undefined,
      });
      const project = join(place.root, 'PROJECTS/pages');
      const inProject = (paths: readonly string[]): readonly string[] =>
        paths.map((path) => relative(project, path)).sort();
      t.same([inProject(found.writable), inProject(found.readOnly)], [writable, readOnly], name);
    }
  },
);

t.test(
  'an idle pass whose sandbox is required and missing ends the same way, and the owner is told',
  async (t) => {
    const folder = t.testdir();
    const place = boxed(join(folder, 'place'), '', STRICT);
    const begun = await beginPass(environment(place), { role: 'worker' });
    if (begun.kind !== 'brief') return t.fail(begun.report.outcome);
    t.equal(begun.data.project, 'pages');
    const halted = await t3Sandbox.run(
      { ...begun.data, project: undefined },
      {
        env: environment(place, { env: without(join(folder, 'bin')) }),
        snapshot: place.workspace.snapshot(),
      },
    );
    t.match(halted, { halt: true, exit: 1, outcome: /^blocked: sandbox-unavailable/ });
    commitActs(place.workspace, begun.data, halted.acts);
    t.match(
      fieldText(place.workspace.snapshot().records('NOTIFICATION')[0], 'action_needed'),
      /No idle pass can run: sandbox-unavailable: the runner boxed requires the sandbox strict/,
    );
  },
);
