/**
 * `npm run bench [-- NAME … --strict]`: what Nocturne costs, as ratios measured in one run. Exits
 * with 0, or, with `--strict`, with 1 if a limit is not met.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { commit } from './commit.js';
import { dashboard } from './dashboard.js';
import { guardSocket } from './guard-socket.js';
import { hashing } from './hashing.js';
import { impact } from './impact.js';
import { large } from './large.js';
import { logs } from './logs.js';
import { lsp } from './lsp.js';
import { meshHome } from './mesh-home.js';
import { meshProxy } from './mesh-proxy.js';
import { meter } from './meter.js';
import { mistakes } from './mistakes.js';
import { type Bench, type Result, table } from './result.js';
import { parallel } from './parallel.js';
import { pass } from './pass.js';
import { planRun } from './plan-run.js';
import { plans } from './plans.js';
import { reconcile } from './reconcile.js';
import { startUp } from './start-up.js';
import { whyMissed } from './why.js';

const BENCHES: readonly Bench[] = [
  ...startUp,
  pass,
  parallel,
  plans,
  planRun,
  reconcile,
  hashing,
  commit,
  impact,
  guardSocket,
  meter,
  meshHome,
  meshProxy,
  logs,
  large,
  lsp,
  mistakes,
  dashboard,
];

const words = process.argv.slice(2);
const names = words.filter((word) => !word.startsWith('-'));
const unknown = names.filter((name) => !BENCHES.some((bench) => bench.name === name));
if (unknown.length > 0) {
  console.error(
    `there is no bench ${unknown.join(', ')}; choose from ${BENCHES.map((bench) => bench.name).join(', ')}`,
  );
  process.exit(2);
}
const results: Result[] = [];
for (const bench of BENCHES) {
  if (names.length > 0 && !names.includes(bench.name)) continue;
  const directory = mkdtempSync(join(tmpdir(), `nocturne-bench-${bench.name}-`));
  process.stderr.write(`${bench.name} ...\n`);
  try {
    results.push(...(await bench.run(directory)));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
console.log(
  `node ${process.version}, ${availableParallelism()} x ${cpus()[0]?.model ?? 'unknown'}, load ${loadavg()[0]?.toFixed(1) ?? '?'}; medians after a warm-up\n`,
);
console.log(table(results));
const missed = results.filter((result) => result.met === false);
console.log(missed.length === 0 ? '\nAll limits are met.' : '\nNot met:');
for (const result of missed)
  console.log(
    `- ${result.name} is ${result.ratio === '-' ? result.figure : result.ratio}, limit ${result.limit}: ${whyMissed(result.name)}`,
  );
if (words.includes('--strict') && missed.length > 0) process.exitCode = 1;
