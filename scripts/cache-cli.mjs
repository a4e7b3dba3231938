// Carries out a few commands with dist/cli.cjs in a new workspace, and writes what V8 compiled of
// them beside the file: what is frequent and no more, because all of it is read at each start. A
// process of its own: the commands print.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createWorkspace } from '../dist/src/setup/create-workspace.js';

const COMMANDS = [
  ['query', 'SELECT 1 AS one'],
  ['status'],
  ['impact', 'SOUL.md'],
  ['hooks', 'status', '--git'],
];
const [file = ''] = process.argv.slice(2);
const place = mkdtempSync(join(tmpdir(), 'nocturne-build-'));
const [directory, home] = [join(place, 'workspace'), join(place, 'home')];
createWorkspace({
  directory,
  home,
  packageRoot: join(import.meta.dirname, '..'),
  owner: 'build',
  clock: { now: () => new Date() },
}).workspace.close();
for (const name of ['NOCTURNE_RUN', 'NOCTURNE_PASS_TOKEN', 'NOCTURNE_WORKSPACE'])
  delete process.env[name];
process.env.NOCTURNE_HOME = home;
const { exports, script } = createRequire(import.meta.url)('../bin/load-bundle.cjs').loadBundle(
  file,
);
const exits = [];
for (const words of COMMANDS) {
  await exports.main([...words, '--workspace', directory, '--json']);
  exits.push(process.exitCode);
}
writeFileSync(`${file}.cache`, script.createCachedData());
rmSync(place, { recursive: true });
process.exitCode = exits.every((exit) => exit === 0) ? 0 : 1;
