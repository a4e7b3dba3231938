// Compiles, runs the test files (all but those that start a real host or a model, or those named),
// and closes with `N passed, N failed`. There is one more process than there are cores, because
// some of their time is waiting; each runs one file after the other. While the processors have
// nothing to do, because all of them wait, up to two more take a file each.
// With CI=true a skipped test fails the run. Each file is a tap program of its own: `node
// dist/test/markdown/cell.test.js`.
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import fastGlob from 'fast-glob';
import { Parser } from 'tap-parser';
import { fixturesInMemory } from './fixtures-in-memory.mjs';
import { ensureSystemPackages } from './system-packages.mjs';

const JOBS = availableParallelism() + 1;
const MORE_WHILE_IDLE = 2;
const IDLE_SHARE = 0.3;
const IDLE_CHECK_MS = 3000;
/**
 * A process that has become larger is replaced before the next file. Node forks to start a program,
 * which costs 2 ms of processor for each 100 MB.
 */
const LARGEST_PROCESS = 500_000_000;
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

/** A process that runs files, and what its current file has said so far. */
function startWorker() {
  const [program, ...words] = [
    ...within,
    process.execPath,
    // Collecting garbage in further threads costs a fifth more, and every core has a test to run.
    '--single-threaded-gc',
    // With the default of 16 MB it is collected so often that it takes six per cent more, and as much
    // again while it grows to this size.
    '--min-semi-space-size=64',
    '--max-semi-space-size=64',
    // Most code of a test runs a few times; optimising it as early as usual takes a sixth more.
    '--interrupt-budget=200000',
    'scripts/test-worker.mjs',
  ];
  const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  const worker = { child, own: newCounts(), stderr: '', last: '', bytes: 0, look: () => undefined };
  const parser = new Parser();
  listen(parser, [], worker);
  if (asked.length === 1)
    parser.on('comment', (comment) => {
      if (!/^# (?:Subtest|time=|\{)/.test(comment))
        process.stdout.write(comment.replace(/^# /, ''));
    });
  child.stdout.pipe(parser);
  // Read as text, because the parser knows a result only with the line that comes after it.
  child.stdout.on('data', (chunk) => {
    worker.last = (worker.last + chunk).slice(-1000);
    worker.look();
  });
  child.stderr.on('data', (chunk) => {
    worker.stderr = (worker.stderr + chunk).slice(-4000);
  });
  worker.ended = new Promise((done) => child.on('close', (code, signal) => done(code ?? signal)));
  return worker;
}

function newCounts() {
  return { passed: 0, failed: 0, skipped: 0, said: [] };
}

/** @returns whether the process may run another file. */
async function run(worker, file) {
  const begun = Date.now();
  worker.own = newCounts();
  worker.stderr = '';
  let cpu = 0;
  const told = new Promise((done) => {
    worker.child.on('message', function listener(message) {
      if (message.file !== file) return;
      worker.child.off('message', listener);
      cpu = message.cpu;
      worker.bytes = message.bytes;
      done();
    });
  });
  const said = new Promise((done) => {
    worker.look = () => {
      if (worker.last.includes(`- end of ${file} `)) done();
    };
  });
  worker.child.send(file, () => undefined);
  const died = await Promise.race([worker.ended, Promise.all([said, told]).then(() => '')]);
  const { own } = worker;
  if (died !== '' || own.passed + own.failed === 0) own.failed++;
  for (const name of Object.keys(counts)) counts[name] += own[name];
  const bad = own.failed > 0;
  const seconds = ((Date.now() - begun) / 1000).toFixed(1);
  console.log(
    `${bad ? 'not ok' : 'ok    '} ${file.replace('dist/test/', '')} (${own.passed} passed${bad ? `, ${own.failed} failed` : ''}, ${seconds} s, ${cpu.toFixed(1)} s of processor)`,
  );
  if (bad)
    console.log(
      [...own.said, died === '' ? '' : `ended with ${died}`, worker.stderr].join('\n').trimEnd(),
    );
  return died === '' && worker.bytes < LARGEST_PROCESS;
}

/** Runs files in one process, until there are none or it has run so many. */
async function runQueue(most) {
  let worker;
  const end = () => {
    if (worker?.child.connected) worker.child.disconnect();
    worker = undefined;
  };
  for (let n = 0; n < most && queue.length > 0; n++) {
    worker ??= startWorker();
    // A process that stays has loaded and compiled what the next file needs.
    if (!(await run(worker, queue.shift().file))) end();
  }
  end();
}

/** Of all processors since the system started; milliseconds. */
function processorTimes() {
  const times = cpus().map((cpu) => cpu.times);
  const sum = (parts) => parts.reduce((total, part) => total + part, 0);
  return {
    idle: sum(times.map(({ idle }) => idle)),
    all: sum(times.flatMap((each) => Object.values(each))),
  };
}

/** Counts assertions; a subtest's summary counts only when nothing inside it says what failed. */
function listen(parser, path, worker) {
  let failedInside = 0;
  parser.on('child', (child) => {
    const { own } = worker;
    const before = own.failed;
    child.on('complete', () => {
      failedInside += own.failed - before;
    });
    listen(child, [...path, child.name], worker);
  });
  parser.on('assert', (result) => {
    const { own } = worker;
    if (path.length === 0 && result.name.startsWith('end of dist/')) return;
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
  .sort((a, b) => b.ms - a.ms || b.length - a.length);
const lanes = Array.from({ length: Math.min(JOBS, queue.length) }, () => runQueue(queue.length));
let more = 0;
let before = processorTimes();
const check = setInterval(() => {
  const now = processorTimes();
  const share = (now.idle - before.idle) / (now.all - before.all);
  before = now;
  if (share < IDLE_SHARE || more === MORE_WHILE_IDLE || queue.length === 0) return;
  more++;
  lanes.push(runQueue(1).finally(() => more--));
}, IDLE_CHECK_MS);
// Also those that are added while it waits.
for (const lane of lanes) await lane;
clearInterval(check);
console.log(`\n${files.length} files in ${((Date.now() - started) / 1000).toFixed(0)} s`);
console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exit(
  counts.failed > 0 || counts.passed === 0 || (process.env.CI === 'true' && counts.skipped > 0)
    ? 1
    : 0,
);
