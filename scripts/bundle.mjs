// Bundles the command line into dist/cli.cjs, and its two most frequent commands into
// dist/quick.cjs, each with the code that V8 compiled while it ran a few commands. Opening hundreds
// of small files would take most of the time of a command.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { build } from 'esbuild';
import { installedNames } from '../dist/src/kernel/installed-names.js';
import { createWorkspace } from '../dist/src/setup/create-workspace.js';
import { outside } from './outside-bundles.mjs';

const packageRoot = join(import.meta.dirname, '..');
const dist = join(packageRoot, 'dist');
const held = {
  modules: installedNames(join(dist, 'src/modules'), 'module.js'),
  hosts: installedNames(join(dist, 'src/hosts'), 'host.js'),
};

// A file finds programs, threads and installed modules relative to itself; in the bundle as well.
const originalPlace = {
  name: 'original place',
  setup(build) {
    build.onLoad({ filter: /\.m?js$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8');
      if (!text.includes('import.meta.')) return undefined;
      const place = JSON.stringify(relative(dist, path));
      return {
        loader: 'js',
        contents: text
          .replaceAll('import.meta.url', `__urlOf(${place})`)
          .replaceAll('import.meta.dirname', `__folderOf(${place})`),
      };
    });
  },
};
const banner = {
  js: 'const __placeOf = (path) => require("node:path").join(__filename, "..", path), __urlOf = (path) => require("node:url").pathToFileURL(__placeOf(path)).href, __folderOf = (path) => require("node:path").dirname(__placeOf(path));',
};

async function bundle(name, contents) {
  const file = join(dist, name);
  const { outputFiles } = await build({
    stdin: {
      contents: `${contents}\nexport const held = ${JSON.stringify(held)};`,
      resolveDir: dist,
    },
    outfile: file,
    write: false,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    mainFields: ['module', 'main'],
    // Native or large packages stay outside and are loaded by `require`: a script has no `import()`.
    external: outside,
    supported: { 'dynamic-import': false },
    plugins: [originalPlace],
    banner,
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: 'none',
    logLevel: 'warning',
    logOverride: { 'empty-import-meta': 'error' },
  });
  // esbuild does not write regular expressions as ASCII; load-bundle.cjs says why it matters.
  const ascii = outputFiles[0].text.replace(
    /[^\0-\x7f]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  // V8 would accept stored code for another text of the same length.
  rmSync(`${file}.cache`, { force: true });
  writeFileSync(file, ascii);
}

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
