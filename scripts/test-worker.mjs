// Runs test files one after the other, as its parent names them, in one process: loading tap and
// the sources, and compiling them, is more than half of the time of a short file. Each file has the
// environment, working folder and names of fixtures that it has in a process of its own.
import './without-async-hooks.mjs';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, relative, resolve } from 'node:path';
import t from 'tap';

const TIMEOUT_MS = 600_000;
const cwd = process.cwd();
/** Of the current file. Tap would end itself soon after the first one of the whole run. */
const teardowns = [];
t.teardown = (teardown) => teardowns.push(teardown);
// Tap removes a fixture before what a test registers to be done after it, if the fixture came first.
// A server that still writes there makes the removal fail, and is then never ended.
t.beforeEach((each) => each.teardown(() => undefined));
const env = { ...process.env };

process.on('message', async (file) => {
  const before = cpuSeconds();
  t.setTimeout(TIMEOUT_MS);
  const path = resolve(cwd, file);
  const folder = dirname(relative(cwd, path)).replaceAll('/', '-');
  t.testdirName = resolve(cwd, '.tap/fixtures', `${folder}-${basename(path)}`);
  try {
    await import(path);
  } catch (error) {
    t.threw(error);
  }
  // It comes after all tests of the file.
  await t.test(`end of ${file}`, async () => undefined);
  for (const teardown of teardowns.splice(0).reverse()) await teardown();
  // A time limit of this file that is over by now is not that of the next one.
  t.setTimeout(TIMEOUT_MS);
  // After a timeout tap takes no further test.
  if (t.results !== undefined) process.exit(1);
  process.chdir(cwd);
  for (const name of Object.keys(process.env)) if (!(name in env)) delete process.env[name];
  Object.assign(process.env, env);
  process.send({ file, cpu: cpuSeconds() - before, bytes: process.memoryUsage.rss() });
});
process.on('disconnect', () => process.exit());
// Waiting for a message alone does not keep it: tap has let go of the channel.
setInterval(() => undefined, TIMEOUT_MS);

/** Of this process and its children; Linux counts their time in ticks of 10 ms. */
function cpuSeconds() {
  const { user, system } = process.cpuUsage();
  const [, , ...ended] = ticks(process.pid);
  return (user + system) / 1e6 + sum([...ended, ...children().flatMap(ticks)]) / 100;
}

/** Those that stay for the next file. */
function children() {
  try {
    const tasks = readdirSync('/proc/self/task');
    const ids = tasks.map((task) => readFileSync(`/proc/self/task/${task}/children`, 'utf8'));
    return ids.join(' ').split(' ').filter(Boolean);
  } catch {
    return [];
  }
}

/** Of the process in user and system mode, and of its children that have ended. */
function ticks(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return fields.slice(11, 15).map(Number);
  } catch {
    return [];
  }
}

function sum(numbers) {
  return numbers.reduce((total, one) => total + one, 0);
}
