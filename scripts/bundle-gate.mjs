// Makes one file of the gate, and keeps what V8 compiles of it while it verifies a new workspace:
// `nocturne gate` stands before every pass.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { createWorkspace } from '../dist/src/setup/create-workspace.js';

const file = join(import.meta.dirname, '../dist/gate.cjs');
rmSync(`${file}.cache`, { force: true });
await build({
  entryPoints: ['dist/src/surfaces/cli/gate-line.js'],
  outfile: file,
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  minifyWhitespace: true,
  minifySyntax: true,
  logLevel: 'warning',
});

const place = mkdtempSync(join(tmpdir(), 'nocturne-build-'));
const [directory, home] = [join(place, 'workspace'), join(place, 'home')];
createWorkspace({
  directory,
  home,
  packageRoot: join(import.meta.dirname, '..'),
  owner: 'build',
  clock: { now: () => new Date() },
}).workspace.close();
process.env.NOCTURNE_HOME = home;
process.stdout.write = () => true;
const { loadBundle } = createRequire(import.meta.url)('../bin/load-bundle.cjs');
const { exports, script } = loadBundle(file);
if (exports.gateLine(['--workspace', directory]) !== 0)
  throw new Error('the gate does not verify a new workspace');
writeFileSync(`${file}.cache`, script.createCachedData());
rmSync(place, { recursive: true });
