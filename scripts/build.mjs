// Compiles src, test and bench into dist/, and makes one file of the gate. Runs by itself after `npm ci` (npm's prepare step).
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';

const tsc = createRequire(import.meta.url).resolve('typescript/package.json').replace('package.json', 'bin/tsc');
const { status } = spawnSync(process.execPath, [tsc, '-p', '.'], { stdio: 'inherit' });
if (status !== 0) process.exit(status ?? 1);
await import('./bundle-gate.mjs');
