// Judges one call of a new workspace with a host's hook, and writes what V8 compiled of it beside
// the file. A process of its own: the event comes on standard input. Arguments: the hook, a JSON
// file with the event and what the answer contains.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createWorkspace } from '../dist/src/setup/create-workspace.js';

const [file = '', sample = '', directory] = process.argv.slice(2);
if (directory !== undefined) {
  const { exports, script } = createRequire(import.meta.url)('../bin/load-bundle.cjs').loadBundle(
    file,
  );
  process.exitCode = await exports.hookLine(['--workspace', directory], async () => []);
  writeFileSync(`${file}.cache`, script.createCachedData());
} else {
  const place = mkdtempSync(join(tmpdir(), 'nocturne-build-'));
  const [root, home] = [join(place, 'workspace'), join(place, 'home')];
  createWorkspace({
    directory: root,
    home,
    packageRoot: join(import.meta.dirname, '..'),
    owner: 'build',
    clock: { now: () => new Date() },
  }).workspace.close();
  const { event, answer } = JSON.parse(
    readFileSync(sample, 'utf8').replaceAll('{workspace}', root),
  );
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [import.meta.filename, file, sample, root],
    {
      input: JSON.stringify(event),
      encoding: 'utf8',
      env: { ...process.env, NOCTURNE_HOME: home },
    },
  );
  rmSync(place, { recursive: true });
  process.stdout.write(`${stdout}${stderr}`);
  if (status !== 0 || !stdout.includes(answer)) {
    process.stderr.write(`${stdout}${stderr}`);
    process.exitCode = 1;
  }
}
