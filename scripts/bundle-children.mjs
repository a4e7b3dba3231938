// Bundles the programs that tests start, and often kill, into dist/children.cjs, with the code that
// V8 compiled while one of them ran: to open and compile the hundreds of small files of each start
// would be most of the time of these tests. dist/children has a file to start for each.
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import fastGlob from 'fast-glob';
import { bundleScript } from './bundle-script.mjs';

const BUNDLE = 'dist/children.cjs';
const FOLDER = 'dist/children';

const names = await fastGlob(['**/*-child.js', 'workspace/crash/record-writer.js'], {
  cwd: 'dist/test',
  // Not started as programs of the bundle.
  ignore: ['models/**', 'support/**'],
});
const programs = names.map((name) => `'${name}': () => import('./test/${name}')`);
await bundleScript('children.cjs', `export const programs = { ${programs.join(', ')} };`);
rmSync(FOLDER, { recursive: true, force: true });
for (const name of names) {
  const file = join(FOLDER, name);
  const [loader, bundle] = ['bin/load-bundle.cjs', BUNDLE].map((path) =>
    JSON.stringify(relative(dirname(file), path)),
  );
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(
    file,
    `require(${loader}).loadBundle(require.resolve(${bundle})).exports.programs['${name}']();\n`,
  );
}
writeFileSync(join(FOLDER, 'package.json'), '{ "type": "commonjs" }\n');

// In a process of its own, because the program says what it does.
const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/compile-children.mjs'], {
  encoding: 'utf8',
});
if (status !== 0) throw new Error(`no test program runs: ${stdout}${stderr}`);
