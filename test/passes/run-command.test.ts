/** Commands of a chat agent, run without a shell, against what bash makes of the same text. */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { runPrograms } from '../../src/governance/conditions/run-programs.js';
import type { Program } from '../../src/governance/conditions/command-runner.js';
import { diskProbe } from '../../src/governance/guard/probe.js';
import { printCommand } from '../../src/governance/guard/print-command.js';
import { readCommand } from '../../src/governance/guard/read-command.js';
import { commandFolder, runCommandSteps } from '../../src/passes/run-command.js';
import { beginPass } from '../../src/passes/host/host-driver.js';
import { environment, type Place, placeWithProject } from './pass-workspace.js';

const LIMITS = { cwd: process.cwd(), timeoutMs: 20_000, signal: undefined };

/** Every file below a folder with its text. */
function filesOf(folder: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    (readdirSync(folder, { recursive: true }) as string[])
      .filter((name) => statSync(join(folder, name)).isFile())
      .sort()
      .map((name) => [name, readFileSync(join(folder, name), 'utf8')]),
  );
}

async function runner(place: Place) {
  const begun = await beginPass(environment(place), { role: 'worker' });
  if (begun.kind !== 'brief') throw new Error(begun.report.outcome);
  const folder = commandFolder(begun.data);
  const files = environment(place).workspace.snapshot().files;
  const world = { root: place.root, files, probe: diskProbe, home: place.home };
  return async (text: string) => {
    const { steps, problems } = readCommand(world, text, folder);
    if (problems.length > 0) throw new Error(problems.join('; '));
    const ours = await runCommandSteps({ env: environment(place), pass: begun.data }, steps);
    return { ...ours, printed: printCommand(steps) };
  };
}

t.test('a command leaves the files and prints the output that bash would', async (t) => {
  const place = placeWithProject(t.testdir({}), '', { writes: '["outputs/**"]' });
  const project = join(place.root, 'PROJECTS/pages');
  mkdirSync(join(project, 'outputs/deep er'), { recursive: true });
  writeFileSync(join(project, 'outputs/a.txt'), 'b\na\nc\n');
  writeFileSync(join(project, 'outputs/-n.txt'), '3\n');
  writeFileSync(join(project, 'outputs/deep er/x.txt'), 'deep\n');
  const run = await runner(place);
  const commands = [
    'cat outputs/a.txt | sort | head -n 2',
    'sort outputs/a.txt > outputs/s.txt; cat outputs/s.txt',
    'echo one > outputs/l.txt && echo two >> outputs/l.txt && wc -l < outputs/l.txt',
    'ls none 2> outputs/e.txt || echo failed; wc -l outputs/e.txt',
    'ls outputs/a.txt none > outputs/both.txt 2>&1; sort outputs/both.txt',
    'ls outputs/a.txt none &> outputs/both2.txt; sort outputs/both2.txt',
    'ls none 2>&1 | wc -l',
    'ls none 2>&1 > outputs/empty.txt | wc -l',
    'echo to-errors >&2',
    'cat outputs/a.txt > /dev/null; ls none 2>/dev/null',
    "cat <<'END' > outputs/here.txt\n$HOME `x` \"q\" 'q'\nEND",
    "tr a-z A-Z <<< 'it is'",
    'cd outputs && cat -- *.txt | sort',
    'cd "outputs/deep er"; cat x.txt; echo new > y.txt',
    'for f in outputs/*.txt; do cat "$f" | tr a-z A-Z; done',
    "cat <<'A' > outputs/h1.txt && tr a b <<'B' | cat\none\nA\nabab\nB\nls outputs/h1.txt",
    'false; cd outputs && ls h1.txt; cat h1.txt || echo gone',
    'for a in 1 2; do for b in x y; do echo $a$b >> outputs/loop.txt; done; done',
    'false && echo no || echo yes',
    'true || echo no; false; echo after',
    'yes | head -n 3',
    'false; cd outputs',
    'printf "%s|" a "b c" \'d\' e\\ f $\'g\\th\'',
    '> outputs/empty2.txt',
    'LC_ALL=C sort outputs/a.txt | LC_ALL=C tee outputs/t.txt | tail -n 1',
    'seq 1 20000 | sort -n | tail -n 1',
    'find outputs -name "*.txt" -newer outputs/none.txt 2>/dev/null | wc -l',
  ];
  for (const text of commands) {
    const copy = `${project}-bash`;
    cpSync(project, copy, { recursive: true, preserveTimestamps: true });
    const again = `${project}-again`;
    cpSync(project, again, { recursive: true, preserveTimestamps: true });
    const inShell = (shell: string, command: string, cwd: string) =>
      spawnSync(shell, ['-c', command], { cwd, encoding: 'utf8', input: '' });
    const bash = inShell('bash', text, copy);
    const ours = await run(text);
    const [printed = '', errors = ''] = ours.text
      .replace(/\n?\[exit .*\]$/, '')
      .split('\n[stderr]\n');
    t.equal(printed.trimEnd(), bash.stdout.trimEnd(), `${text}: output`);
    t.equal(errors.trimEnd(), bash.stderr.trimEnd(), `${text}: errors`);
    t.equal(ours.ok, bash.status === 0, `${text}: exit ${bash.status}`);
    t.same(filesOf(project), filesOf(copy), `${text}: files`);
    for (const shell of ['bash', 'sh']) {
      cpSync(again, `${again}-${shell}`, { recursive: true, preserveTimestamps: true });
      const quoted = inShell(shell, ours.printed, `${again}-${shell}`);
      t.equal(quoted.status, bash.status, `${ours.printed}: exit in ${shell}`);
      t.equal(quoted.stdout, bash.stdout, `${ours.printed}: output in ${shell}`);
      t.same(filesOf(`${again}-${shell}`), filesOf(copy), `${ours.printed}: files in ${shell}`);
    }
    execFileSync('rm', ['-r', copy, again, `${again}-bash`, `${again}-sh`]);
  }
});

t.test('what cannot be run, written or ended is said', async (t) => {
  const place = placeWithProject(t.testdir({}), '', { writes: '["outputs/**"]' });
  const run = await runner(place);
  t.match(await run('no-such-program'), { ok: false, text: /no-such-program[^]*\[exit 127\]/ });
  t.match(await run('no-such-program || echo next'), { ok: true, text: /next/ });
  t.match(await run('echo x > none/x.txt'), { ok: false, text: /none\/x\.txt/ });
  t.match(await run('echo x | cat | false'), { ok: false, text: /\[exit 1\]/ });
  const sleep: Program = { argv: ['sleep', '60'], out: 'output', err: 'errors' };
  const cat: Program = { argv: ['cat'], out: 'output', err: 'errors' };
  t.match(await runPrograms([cat, { ...sleep, out: cat }], { ...LIMITS, timeoutMs: 200 }), {
    kind: 'failed',
    why: 'cat did not end within 0.2 s',
  });
});

t.test('git starts no program that its repository names', async (t) => {
  const place = placeWithProject(t.testdir({}), '', { writes: '["outputs/**"]' });
  const project = join(place.root, 'PROJECTS/pages');
  const git = (...words: readonly string[]) => execFileSync('git', words, { cwd: project });
  git('init', '-q');
  git('config', 'core.fsmonitor', 'touch watched; false');
  const run = await runner(place);
  t.match(await run('git status -s | head -n 5'), { ok: true });
  t.match(await run('timeout 20 git status -s'), { ok: true });
  t.notOk('watched' in filesOf(project));
});

t.test('a program has the files of its redirections themselves', async (t) => {
  const place = placeWithProject(t.testdir({}), '', { writes: '["outputs/**"]' });
  const project = join(place.root, 'PROJECTS/pages');
  mkdirSync(join(project, 'outputs'), { recursive: true });
  const run = await runner(place);
  await run('echo x > outputs/a.txt');
  t.match(await run('grep -r x outputs > outputs/found.txt'), { text: /output/ });
  t.match(await run('touch outputs/started > outputs/none/x.txt'), { ok: false, text: /none\/x/ });
  t.match(await run('touch outputs/started < outputs/none.txt'), { ok: false, text: /none\.txt/ });
  t.notOk('outputs/started' in filesOf(project), 'and does not start without them');
  t.match(await run('missing 2>&1 | cat > outputs/after.txt'), { ok: true });
  t.match(filesOf(project)['outputs/after.txt'], /missing/, 'the others of a pipe run');
});
