// Runs test files one after the other, as its parent names them, in one process: loading tap and
// the sources, and compiling them, is more than half of the time of a short file. Each file has the
// environment, working folder and names of fixtures that it has in a process of its own.
import { readFileSync } from 'node:fs';
import { basename, dirname, relative, resolve } from 'node:path';
import t from 'tap';

const TIMEOUT_MS = 600_000;
const cwd = process.cwd();
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

/** Of this process and of its children that have ended; Linux counts their time in ticks of 10 ms. */
function cpuSeconds() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6 + childTicks() / 100;
}

function childTicks() {
  try {
    const text = readFileSync('/proc/self/stat', 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return Number(fields[13]) + Number(fields[14]);
  } catch {
    return 0;
  }
}
