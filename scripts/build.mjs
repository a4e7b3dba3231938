// Compiles src, test, bench and examples into dist/, and bundles the command line and the OpenClaw
// plugin. npm runs it after `npm ci` (the prepare step). If nothing has changed since, it does nothing.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { buildState } from './build-state.mjs';

const state = buildState();
if (state.isCurrent) process.exit();

const tsc = createRequire(import.meta.url)
  .resolve('typescript/package.json')
  .replace('package.json', 'bin/tsc');
// The islands run in a browser, and their types are those of one.
for (const project of ['.', 'src/surfaces/dashboard/islands']) {
  const { status } = spawnSync(process.execPath, [tsc, '-p', project], { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
await import('./remove-stale.mjs');
await import('./copy-pages.mjs');
await import('./bundle-islands.mjs');
await import('./bundle.mjs');
await import('./bundle-openclaw.mjs');
await import('./bundle-children.mjs');
state.keep();
