// Bundles the command line into dist/cli.cjs, and its two most frequent commands into
// dist/quick.cjs, each with the code that V8 compiled while it ran a few commands. Opening hundreds
// of small files would take most of the time of a command.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installedNames } from '../dist/src/kernel/installed-names.js';
import { createWorkspace } from '../dist/src/setup/create-workspace.js';
import { bundleScript } from './bundle-script.mjs';

const packageRoot = join(import.meta.dirname, '..');
const dist = join(packageRoot, 'dist');
const held = {
  modules: installedNames(join(dist, 'src/modules'), 'module.js'),
  hosts: installedNames(join(dist, 'src/hosts'), 'host.js'),
};

const bundle = (name, contents) =>
  bundleScript(name, `${contents}\nexport const held = ${JSON.stringify(held)};`, { short: true });

await Promise.all([
  bundle(
    'cli.cjs',
    "export * from './src/surfaces/cli/main.js';\nexport const factsThread = () => import('./src/validate/facts-thread.js');",
  ),
  bundle('quick.cjs', "export * from './src/surfaces/cli/quick-answer.js';"),
]);

const place = mkdtempSync(join(tmpdir(), 'nocturne-build-'));
const [directory, home] = [join(place, 'workspace'), join(place, 'home')];
createWorkspace({
  directory,
  home,
  packageRoot,
  owner: 'build',
  clock: { now: () => new Date() },
}).workspace.close();

// Only frequent commands: every start reads all of the compiled code.
compile('cli.cjs', [
  ['validate'],
  ['query', 'SELECT 1 AS one'],
  ['status'],
  ['impact', 'SOUL.md'],
  ['hooks', 'status', '--git'],
]);
compile('quick.cjs', [['gate']]);
for (const host of held.hosts) {
  const sample = join(packageRoot, 'src/hosts', host, 'hook-sample.json');
  if (!existsSync(sample)) continue;
  const text = readFileSync(sample, 'utf8').replaceAll('{workspace}', directory);
  const { event, answer } = JSON.parse(text);
  compile('quick.cjs', [['hook', host]], JSON.stringify(event), answer);
}
rmSync(place, { recursive: true });

// In a process of its own, because commands print and read standard input.
function compile(name, commands, input = '', answer = '') {
  const program = [join(import.meta.dirname, 'compile-bundle.mjs'), join(dist, name)];
  const { NOCTURNE_RUN, NOCTURNE_PASS_TOKEN, NOCTURNE_WORKSPACE, ...env } = process.env;
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [...program, JSON.stringify(commands.map((words) => [...words, '--workspace', directory]))],
    { input, encoding: 'utf8', env: { ...env, NOCTURNE_HOME: home } },
  );
  if (status !== 0 || !stdout.includes(answer))
    throw new Error(`${name} does not run ${commands.join(', ')}: ${stdout}${stderr}`);
}
