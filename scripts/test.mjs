// Compiles, runs the test files (all but those that start a real host or a model, or those named), one more at
// a time than there are cores, because some of their time is waiting, and closes with `N passed,
// N failed`.
// With CI=true a skipped test fails the run. Each file is a tap program of its own: `node
// dist/test/markdown/cell.test.js`.
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import fastGlob from 'fast-glob';
import { Parser } from 'tap-parser';
import { fixturesInMemory } from './fixtures-in-memory.mjs';
import { ensureSystemPackages } from './system-packages.mjs';

const JOBS = availableParallelism() + 1;
ensureSystemPackages();
if (spawnSync(process.execPath, ['scripts/build.mjs'], { stdio: 'inherit' }).status !== 0)
  process.exit(1);
const asked = process.argv
  .slice(2)
  .map((file) => file.replace(/^(?!dist\/)/, 'dist/').replace(/\.ts$/, '.js'));
const files =
  asked.length > 0
    ? asked
    : (
        await fastGlob('dist/test/**/*.test.js', { ignore: ['dist/test/{openclaw,models}/**'] })
      ).sort();
const counts = { passed: 0, failed: 0, skipped: 0 };
const within = fixturesInMemory();
const started = Date.now();

async function run(file) {
  const begun = Date.now();
  const [program, ...words] = [...within, process.execPath, file];
  const child = spawn(program, words, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, TAP_TIMEOUT: '600' },
  });
  const parser = new Parser();
  const own = { passed: 0, failed: 0, skipped: 0, said: [] };
  listen(parser, [], own);
  if (asked.length === 1)
    parser.on('comment', (comment) => {
      if (!/^# (?:Subtest|time=|\{)/.test(comment))
        process.stdout.write(comment.replace(/^# /, ''));
    });
  child.stdout.pipe(parser);
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr = (stderr + chunk).slice(-4000);
  });
  const code = await new Promise((done) => child.on('close', done));
  if (code !== 0 && own.failed === 0) own.failed++;
  if (own.passed + own.failed === 0) own.failed++;
  for (const name of Object.keys(counts)) counts[name] += own[name];
  const bad = own.failed > 0;
  console.log(
    `${bad ? 'not ok' : 'ok    '} ${file.replace('dist/test/', '')} (${own.passed} passed${bad ? `, ${own.failed} failed` : ''}, ${((Date.now() - begun) / 1000).toFixed(1)} s)`,
  );
  if (bad) console.log([...own.said, code === 0 ? '' : `ended with ${code}\n${stderr}`].join('\n'));
}

/** Counts assertions; a subtest's summary counts only when nothing inside it says what failed. */
function listen(parser, path, own) {
  let failedInside = 0;
  parser.on('child', (child) => {
    const before = own.failed;
    child.on('complete', () => {
      failedInside += own.failed - before;
    });
    listen(child, [...path, child.name], own);
  });
  parser.on('assert', (result) => {
    if (result.skip || result.todo) own.skipped++;
    else if (result.ok) own.passed++;
    else if (failedInside > 0) failedInside = 0;
    else {
      own.failed++;
      own.said.push(
        `  ${[...path, result.name].join(' > ')}\n${JSON.stringify(result.diag ?? {}, null, 2).slice(0, 3000)}`,
      );
    }
  });
}

const asksFor = (text) =>
  Math.max(
    0,
    ...[...text.matchAll(/\bt\.setTimeout\(([\d_]+)\)/g)].map(([, ms]) =>
      Number(ms.replaceAll('_', '')),
    ),
  );
// A file that asks for more time than others is begun before them, then the longer ones, so that the
// last ones to end are short.
const queue = files
  .map((file) => ({ file, text: readFileSync(file, 'utf8') }))
  .map(({ file, text }) => ({ file, ms: asksFor(text), length: text.length }))
  .sort((a, b) => b.ms - a.ms || b.length - a.length)
  .map(({ file }) => file);
await Promise.all(
  Array.from({ length: JOBS }, async () => {
    for (let file = queue.shift(); file !== undefined; file = queue.shift()) await run(file);
  }),
);
console.log(`\n${files.length} files in ${((Date.now() - started) / 1000).toFixed(0)} s`);
console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exit(
  counts.failed > 0 || counts.passed === 0 || (process.env.CI === 'true' && counts.skipped > 0)
    ? 1
    : 0,
);
