/**
 * A workspace with 350 MB of logs: `validate` without a cache and after a worker pass, and the pass.
 * Times are processor time, memory is the peak of the process.
 */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../src/kernel/clock.js';
import { openWorkspace } from '../src/workspace/open-workspace.js';
import { placeWithProject, REPORT } from '../test/passes/pass-workspace.js';
import { growLogs } from './make-logs.js';
import { type ProcessCost, timeProcess } from './measure.js';
import { megabytes, ms, type Result } from './result.js';

const PROGRAM = fileURLToPath(new URL('../../bin/nocturne.cjs', import.meta.url));
const BYTES = Number(process.env['NOCTURNE_BENCH_LOG_MB'] ?? 350) * 1e6;
const [MOST_MS, MOST_BYTES] = [60_000, 256 * 1024 * 1024];
const AGENT = `import * as fs from 'node:fs';
fs.mkdirSync('outputs', { recursive: true });
fs.writeFileSync('outputs/a.md', '# A\\n\\nOne page.\\n');
`;

export async function longLogs(directory: string): Promise<readonly Result[]> {
  const [base, grown] = [place(join(directory, 'base'), 0), place(join(directory, 'grown'), BYTES)];
  rmSync(join(grown.root, '.nocturne', 'cache.db'), { force: true });
  const cold = await run(grown, ['validate', '--json']);
  const [small, large] = [await run(base, ['run', 'worker']), await run(grown, ['run', 'worker'])];
  const after = await run(grown, ['validate', '--json']);
  const against = `${megabytes(BYTES)} of logs`;
  const row = (name: string, cost: ProcessCost, limited: boolean): Result[] => [
    {
      name: `${name}, processor time`,
      figure: ms(cost.cpuMs),
      against,
      ratio: '-',
      limit: limited ? `<= ${ms(MOST_MS)}` : '-',
      met: limited ? cost.cpuMs <= MOST_MS : undefined,
    },
    {
      name: `${name}, peak memory`,
      figure: megabytes(cost.peakBytes),
      against,
      ratio: '-',
      limit: limited ? `<= ${megabytes(MOST_BYTES)}` : '-',
      met: limited ? cost.peakBytes <= MOST_BYTES : undefined,
    },
  ];
  return [
    ...row('validate with long logs, no cache', cold, true),
    ...row('validate with long logs, after a pass', after, true),
    ...row('worker pass with long logs', large, false),
    ...row('worker pass without', small, false),
  ];
}

type Place = { readonly root: string; readonly home: string };

function place(directory: string, bytes: number): Place {
  mkdirSync(directory);
  const { root, home } = placeWithProject(directory, `${AGENT}${REPORT}`);
  const workspace = openWorkspace(root, { home, clock: systemClock });
  if (bytes > 0) growLogs(workspace, bytes);
  workspace.close();
  return { root, home };
}

async function run({ root, home }: Place, words: readonly string[]): Promise<ProcessCost> {
  const cost = await timeProcess(process.execPath, [PROGRAM, ...words], {
    cwd: root,
    env: { NOCTURNE_HOME: home },
    usage: true,
  });
  if (cost.exit > 1)
    throw new Error(`nocturne ${words.join(' ')} ended ${cost.exit}: ${cost.stdout.slice(-2000)}`);
  return cost;
}
