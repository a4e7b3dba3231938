// Makes one file of the whole command line with its modules, and keeps what V8 compiles of it:
// opening hundreds of small files is most of what a command costs.
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { build } from 'esbuild';
import { installedNames } from '../dist/src/kernel/installed-names.js';

const dist = join(import.meta.dirname, '../dist');
const file = join(dist, 'cli.cjs');
rmSync(`${file}.cache`, { force: true });

// Whatever a file finds from where it stands (programs, threads, installed modules) it finds from
// there in the one file as well.
const whereItStood = {
  name: 'where it stood',
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
// What is compiled for the machine, or large and seldom called for, stays where it is and is loaded
// by `require`: a script has no `import()` of its own.
const external = ['better-sqlite3', 'sqlite-vec', '@huggingface/transformers', 'openai', 'ajv'];
const held = {
  modules: installedNames(join(dist, 'src/modules'), 'module.js'),
  hosts: installedNames(join(dist, 'src/hosts'), 'host.js'),
};
const contents = `export { main } from './src/surfaces/cli/main.js';\nexport const held = ${JSON.stringify(held)};`;
const { outputFiles } = await build({
  stdin: { contents, resolveDir: dist },
  outfile: file,
  write: false,
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  mainFields: ['module', 'main'],
  external,
  supported: { 'dynamic-import': false },
  plugins: [whereItStood],
  banner,
  minifyWhitespace: true,
  minifySyntax: true,
  legalComments: 'none',
  logLevel: 'warning',
  logOverride: { 'empty-import-meta': 'error' },
});
// What esbuild leaves as it is in regular expressions is written as ASCII too: see load-bundle.cjs.
const ascii = outputFiles[0].text.replace(
  /[^\0-\x7f]/g,
  (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
);
writeFileSync(file, ascii);
const made = spawnSync(process.execPath, [join(import.meta.dirname, 'cache-cli.mjs'), file], {
  encoding: 'utf8',
});
if (made.status !== 0)
  throw new Error(`the command line does not answer: ${made.stdout}${made.stderr}`);
