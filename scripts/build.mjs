// Compiles src, test, bench and examples into dist/, and makes one file each of the gate, of the hooks, of the
// whole command line, and of a `validate` that has nothing to do. Runs by itself after `npm ci`
// (npm's prepare step).
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { build } from 'esbuild';

const tsc = createRequire(import.meta.url)
  .resolve('typescript/package.json')
  .replace('package.json', 'bin/tsc');
const { status } = spawnSync(process.execPath, [tsc, '-p', '.'], { stdio: 'inherit' });
if (status !== 0) process.exit(status ?? 1);
await import('./copy-pages.mjs');
await import('./bundle-gate.mjs');
await import('./bundle-hook.mjs');
await import('./bundle-cli.mjs');
await import('./bundle-openclaw.mjs');
await build({
  entryPoints: ['dist/src/surfaces/cli/validate-line.js'],
  outfile: 'dist/validate.cjs',
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  minifyWhitespace: true,
  minifySyntax: true,
  logLevel: 'warning',
});
