/**
 * A workspace with 350 MB of logs: `validate` without a cache and after a worker pass, the pass,
 * `status` and `briefing`.
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
const [MOST_MS, READ_MS, MOST_BYTES] = [60_000, 5_000, 256 * 1024 * 1024];
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
  const status = await run(grown, ['status', '--json']);
  const briefing = await run(grown, ['briefing', '--json']);
  const row = (name: string, cost: ProcessCost, mostMs?: number): Result[] => [
    {
      name: `${name}, processor time`,
      figure: ms(cost.cpuMs),
      against,
      ratio: '-',
      limit: mostMs === undefined ? '-' : `<= ${ms(mostMs)}`,
      met: mostMs === undefined ? undefined : cost.cpuMs <= mostMs,
    },
    {
      name: `${name}, peak memory`,
      figure: megabytes(cost.peakBytes),
      against,
      ratio: '-',
      limit: mostMs === undefined ? '-' : `<= ${megabytes(MOST_BYTES)}`,
      met: mostMs === undefined ? undefined : cost.peakBytes <= MOST_BYTES,
    },
  ];
  return [
    ...row('validate with long logs, no cache', cold, MOST_MS),
    ...row('validate with long logs, after a pass', after, MOST_MS),
    ...row('worker pass with long logs', large),
    ...row('worker pass without', small),
    ...row('status with long logs', status, READ_MS),
    ...row('briefing with long logs', briefing, READ_MS),
  ];
}

type Place = { readonly root: string; readonly home: string };

function place(directory: string, bytes: number): Place {
  mkdirSync(directory);
  const { root, home } = placeWithProject(directory, `${AGENT}${REPORT}`);
  const workspace = openWorkspace(root, { home, clock: systemClock });
  if (bytes > 0) growLogs(workspace, { bytes });
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
