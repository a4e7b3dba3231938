/** Taking the module out: its folder and its row of R8, or its folder alone. Everything else works. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';

t.setTimeout(300_000);
const REPOSITORY = fileURLToPath(new URL('../../../../', import.meta.url));
const SHIPPED = ['bin', 'dist/src', 'dist/gate.cjs', 'dist/validate.cjs', 'orchestration-os', 'audit', 'PROJECTS', 'memory', 'examples', 'package.json', ...readdirSync(REPOSITORY).filter((name) => name.endsWith('.md'))];

type Installed = { readonly root: string; readonly home: string; readonly run: (words: readonly string[], cwd?: string) => { readonly exit: number | null; readonly said: string } };

/** A copy of the package as it is installed, without the module. */
function install(directory: string, options: { readonly row: boolean }): Installed {
  const [root, home] = [join(directory, 'package'), join(directory, 'home')];
  for (const path of SHIPPED) {
    mkdirSync(join(root, path, '..'), { recursive: true });
    cpSync(join(REPOSITORY, path), join(root, path), { recursive: true });
  }
  symlinkSync(join(REPOSITORY, 'node_modules'), join(root, 'node_modules'));
  rmSync(join(root, 'dist/src/modules/completion'), { recursive: true });
  if (!options.row) writeFileSync(join(root, 'REGISTRY.md'), readFileSync(join(root, 'REGISTRY.md'), 'utf8').replace(/^\| completion \|.*\n/m, ''));
  const run: Installed['run'] = (words, cwd = directory) => {
    const { NOCTURNE_RUN: _, NOCTURNE_PASS_TOKEN: __, ...env } = process.env;
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'bin/nocturne.cjs'), ...words], { cwd, env: { ...env, NOCTURNE_HOME: home }, encoding: 'utf8', input: '' });
    return { exit: status, said: `${stdout}${stderr}` };
  };
  return { root, home, run };
}

t.test('without its folder and its row a whole night goes as before', async (t) => {
  const directory = t.testdir();
  const { run } = install(directory, { row: false });
  const night = run(['demo', join(directory, 'demo')]);
  t.equal(night.exit, 0, night.said.slice(-2000));
  t.match(night.said, /Wanted from you \(3\)/);
  const demo = join(directory, 'demo');
  for (const words of [['gate'], ['validate'], ['audit', 'verify'], ['modules', 'list'], ['modules', 'run'], ['status']]) {
    const { exit, said } = run(words, demo);
    t.equal(exit, 0, `${words.join(' ')}: ${said.slice(-600)}`);
  }
  t.match(run(['validate'], demo).said, /0 errors, 0 warnings/);
  t.equal(run(['tasks', 'list'], demo).exit, 2, 'its commands are not there');
  t.notMatch(run(['help'], demo).said, /tasks list/);
});

t.test('without its folder alone the passes go on, and validate says that nothing is called', async (t) => {
  const directory = t.testdir();
  const { run } = install(directory, { row: true });
  t.equal(run(['init', 'own', '--yes', '--owner', 'Ann', '--domain', 'tests']).exit, 0);
  const own = join(directory, 'own');
  const { exit, said } = run(['run', 'manager'], own);
  t.equal(exit, 0, said);
  t.match(run(['validate'], own).said, /module-watch +the module completion is enabled, but not installed/);
});
