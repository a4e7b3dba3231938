/** The command condition with real programs. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import t from 'tap';
import { parse } from 'yaml';
import { evaluateConditions } from '../../src/governance/conditions/evaluate.js';
import type { EvaluationInput } from '../../src/governance/conditions/evaluate.js';
import { parseConditions } from '../../src/project/condition-parse.js';
import type { Snapshot } from '../../src/workspace/types.js';
import { longrunner, smallWorkspace } from './small-workspace.js';

const P = 'PROJECTS/inventory';
const RANGE = { file: `${P}/LONGRUNNER.md`, line: 1, column: 1, endLine: 1, endColumn: 1 };
const FILES = {
  [`${P}/LONGRUNNER.md`]: longrunner(),
  [`${P}/exit.mjs`]:
    'console.error(`said ${process.argv[3] ?? "nothing"}`); process.exit(Number(process.argv[2]));',
  [`${P}/say.mjs`]:
    'console.log(JSON.stringify({ cwd: process.cwd(), args: process.argv.slice(2), secret: process.env.NOCTURNE_TEST_SECRET ?? null }));',
  [`${P}/flood.mjs`]:
    'for (let i = 0; i < 20000; i++) console.log("x".repeat(100)); console.log("the end");',
  [`${P}/hang.mjs`]: 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1000);',
  [`${P}/fork.mjs`]: `import { spawn } from 'node:child_process'; import { writeFileSync } from 'node:fs';
const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' });
writeFileSync('pid', String(child.pid)); process.exit(0);`,
  [`${P}/throws.mjs`]:
    'function count() {\n  throw new Error("entry 7 has no name");\n}\ncount();\n',
  [`${P}/outputs/check.mjs`]: 'process.exit(0);',
};

async function evaluate(snapshot: Snapshot, yaml: string, more: Partial<EvaluationInput> = {}) {
  const { assertions, diagnostics } = parseConditions([parse(yaml)], { range: RANGE });
  const [result] = await evaluateConditions(assertions, {
    snapshot,
    project: 'inventory',
    ...more,
  });
  return { ...result, diagnostics };
}

t.test('the exit code decides, and the last line said is evidence', async (t) => {
  const snapshot = smallWorkspace(t, FILES);
  const cases: readonly (readonly [string, boolean, string])[] = [
    ['command: node exit.mjs 0', true, 'exit 0: said nothing'],
    ['command: node exit.mjs 3', false, 'exit 3: said nothing'],
    ['command: { run: node exit.mjs 3, exit: 3 }', true, 'exit 3: said nothing'],
    ['command: { run: node exit.mjs 2, exit: [0, 2] }', true, 'exit 2: said nothing'],
    ['command: { run: [node, exit.mjs, "0", "a b"] }', true, 'exit 0: said a b'],
    [
      'command: node throws.mjs',
      false,
      `exit 1: Error: entry 7 has no name (at ${P}/throws.mjs:2)`,
    ],
    ['command: node exit.mjs 0 "two words"', true, 'exit 0: said two words'],
  ];
  for (const [yaml, holds, found] of cases)
    t.match(await evaluate(snapshot, yaml), { holds, found, error: undefined }, yaml);
});

t.test(
  'it runs in the project folder, without a shell and without the secrets of the environment',
  async (t) => {
    const snapshot = smallWorkspace(t, FILES);
    process.env['NOCTURNE_TEST_SECRET'] = 'hunter2';
    t.teardown(() => delete process.env['NOCTURNE_TEST_SECRET']);
    const holds = async (stdout: string): Promise<boolean | undefined> =>
      (
        await evaluate(
          snapshot,
          `command: { run: "node say.mjs '$HOME;ls|x'", stdout: '${stdout}' }`,
        )
      ).holds;
    t.equal(await holds('/PROJECTS/inventory","args":\\["\\$HOME;ls\\|x"\\],"secret":null'), true);
    t.equal(await holds('hunter2'), false);
  },
);

t.test('the output can be asked for as well', async (t) => {
  const snapshot = smallWorkspace(t, FILES);
  t.match(await evaluate(snapshot, 'command: { run: node flood.mjs, stdout: "^the end$" }'), {
    holds: true,
  });
  t.match(await evaluate(snapshot, 'command: { run: node flood.mjs, stdout: "^the beginning$" }'), {
    holds: false,
  });
  t.match(await evaluate(snapshot, 'command: { run: node exit.mjs 1, stdout: "" }'), {
    holds: false,
  });
});

t.test('a program that is not there is an error, and one that does not end too', async (t) => {
  const snapshot = smallWorkspace(t, FILES);
  t.match(await evaluate(snapshot, 'command: no-such-program-here'), {
    holds: false,
    error: /could not be run/,
  });
  t.match(await evaluate(snapshot, 'command: { run: node hang.mjs, timeout: 300ms }'), {
    holds: false,
    error: /did not end within 0.3 s/,
  });
  t.match(await evaluate(snapshot, 'not: { command: no-such-program-here }'), {
    holds: false,
    error: /could not be run/,
  });
});

t.test('nothing that it started goes on after it', async (t) => {
  const snapshot = smallWorkspace(t, FILES);
  t.match(await evaluate(snapshot, 'command: { run: node fork.mjs, timeout: 20s }'), {
    holds: true,
  });
  const pid = Number(readFileSync(join(snapshot.root, P, 'pid'), 'utf8'));
  t.ok(pid > 0);
  // It was killed before the result came; the kernel may take a moment to clear it away.
  const deadline = performance.now() + 2000;
  while (isRunning(pid) && performance.now() < deadline) await setImmediate();
  t.notOk(isRunning(pid), 'the grandchild was ended');
});

/** A zombie that nobody has reaped yet does not run. */
function isRunning(pid: number): boolean {
  if (!existsSync(`/proc/${pid}/stat`)) return false;
  return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
}

t.test('a pass that is stopped stops its checks', async (t) => {
  const snapshot = smallWorkspace(t, FILES);
  t.match(await evaluate(snapshot, 'command: node hang.mjs', { signal: AbortSignal.abort() }), {
    holds: false,
    error: 'the pass was stopped',
  });
});

t.test('a check that the pass could have written is no check', async (t) => {
  const snapshot = smallWorkspace(t, FILES);
  const ran: string[] = [];
  const more: Partial<EvaluationInput> = {
    writes: [`${P}/outputs/**`],
    command: async ({ argv }) => {
      ran.push(argv.join(' '));
      return { kind: 'ended', exit: 0, stdout: '', stderr: '' };
    },
  };
  const cases: readonly (readonly [string, boolean])[] = [
    ['node outputs/check.mjs', false],
    ['node --no-warnings ./outputs/check.mjs', false],
    ['outputs/check.mjs', false],
    ['make -f x outputs/check.mjs', false],
    ['node exit.mjs 0', true],
    ['wc -l outputs/list.md', true],
    ['node exit.mjs outputs/list.md', true],
  ];
  for (const [run, allowed] of cases) {
    const result = await evaluate(snapshot, `command: ${run}`, more);
    t.equal(result.holds, allowed, run);
    if (!allowed) t.match(result.error, /the pass that does the work may write it/);
  }
  t.same(ran, ['node exit.mjs 0', 'wc -l outputs/list.md', 'node exit.mjs outputs/list.md']);
});
