// Runs the compiled tests with tap (all of them, or the files named) and closes with `N passed, N failed, N skipped`.
// With CI=true a skipped test fails the run.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import fastGlob from 'fast-glob';
import { Parser } from 'tap-parser';

const run = (args) => spawnSync(process.execPath, args, { stdio: 'inherit' }).status === 0;
if (!run(['scripts/build.mjs'])) process.exit(1);
const tap = 'node_modules/tap/dist/esm/run.mjs';
if (!existsSync('.tap/plugins') && !run([tap, 'build'])) process.exit(1);

const asked = process.argv.slice(2).map((file) => file.replace(/^(?!dist\/)/, 'dist/').replace(/\.ts$/, '.js'));
const files = asked.length > 0 ? asked : (await fastGlob('dist/test/**/*.test.js')).sort();
const counts = { passed: 0, failed: 0, skipped: 0 };
const count = (result, path) => {
  if (result.skip || result.todo) counts.skipped++;
  else if (result.ok) counts.passed++;
  else counts.failed++;
  if (!result.ok && !result.skip) console.error(`not ok  ${[...path, result.name].join(' > ')}\n${JSON.stringify(result.diag ?? {}, null, 2)}`);
};
const listen = (parser, path) => {
  parser.on('assert', (result) => !result.name.match(/^dist\/test/) || !result.ok ? count(result, path) : undefined);
  parser.on('child', (child) => listen(child, [...path, child.name]));
};
const root = new Parser();
listen(root, []);
const child = spawn(process.execPath, [tap, 'run', '--disable-coverage', '--reporter=tap', '--jobs=2', '--timeout=300', ...files], { stdio: ['ignore', 'pipe', 'inherit'] });
child.stdout.pipe(root);
const code = await new Promise((done) => child.on('close', done));
console.log(`\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exit(code !== 0 || counts.failed > 0 || counts.passed === 0 || (process.env.CI === 'true' && counts.skipped > 0) ? 1 : 0);
