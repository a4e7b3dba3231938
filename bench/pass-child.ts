/**
 * Runs one worker pass of the demonstration in its own process and reports its time, V8's call
 * counts of the storage functions, and its audit trail. Arguments: the `dist` to run, an empty
 * folder.
 */
import { Session } from 'node:inspector/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { PassReport } from '../src/passes/pass-facts.js';
import type { PassEnvironment } from '../src/passes/types.js';
import type { DemoOptions } from '../src/setup/demo.js';
import type { Workspace } from '../src/workspace/types.js';
import type { PassCost } from './pass-cost.js';

const COUNTED: Readonly<Record<string, readonly string[]>> = {
  'workspace/snapshot.js': ['openSnapshot'],
  'workspace/walk.js': ['walk'],
  'workspace/commit.js': ['commitOnce'],
  'workspace/lock-file.js': ['writeLock'],
};

const [dist = '', directory = ''] = process.argv.slice(2);
const load = async <T>(path: string): Promise<T> =>
  (await import(pathToFileURL(join(dist, 'src', path)).href)) as T;

const { makeDemo } = await load<{ makeDemo: (options: DemoOptions) => boolean }>('setup/demo.js');
const { worker } = await load<{
  worker: (env: PassEnvironment, request: { role: 'worker' }) => Promise<PassReport>;
}>('passes/worker/worker.js');
const { openWorkspace } = await load<{
  openWorkspace: (root: string, at: Pick<DemoOptions, 'home' | 'clock'>) => Workspace;
}>('workspace/open-workspace.js');
const { installedModules } = await load<{
  installedModules: () => Promise<PassEnvironment['modules']>;
}>('modules/installed.js');
const { systemClock } = await load<{ systemClock: DemoOptions['clock'] }>('kernel/clock.js');

const [root, home] = [join(directory, 'workspace'), join(directory, 'home')];
makeDemo({ directory: root, home, packageRoot: join(dist, '..'), clock: systemClock });
const workspace = openWorkspace(root, { home, clock: systemClock });
const session = new Session();
session.connect();
await session.post('Profiler.enable');
await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
const env: PassEnvironment = {
  workspace,
  env: process.env,
  signal: new AbortController().signal,
  say: () => undefined,
  wait: () => Promise.resolve(),
  modules: await installedModules(),
  runners: [],
};
await session.post('Profiler.takePreciseCoverage');
const start = performance.now();
const report = await worker(env, { role: 'worker' });
const ms = performance.now() - start;
const { result } = await session.post('Profiler.takePreciseCoverage');
const counts: Record<string, number> = {};
for (const [file, names] of Object.entries(COUNTED)) {
  const script = result.find((one) => one.url.endsWith(`/src/${file}`));
  for (const name of names)
    counts[name] = (script?.functions ?? [])
      .filter((one) => one.functionName === name)
      .reduce((sum, one) => sum + (one.ranges[0]?.count ?? 0), 0);
}
const rows = workspace
  .snapshot()
  .records('AUDIT')
  .map((row) => Object.fromEntries([...row.fields].map(([name, cell]) => [name, cell.value])))
  .filter((row) => row['run_id'] !== '')
  .map((row) => `${row['step']} ${row['type']} ${row['target']} ${row['result']}`);
const cost: PassCost = { ms, outcome: report.outcome, counts, rows };
process.stdout.write(JSON.stringify(cost));
process.exit(0);
