/**
 * Pages of the dashboard on a workspace of 1,000 projects and 300,000 audit rows: the time from
 * request to the whole answer, with a warm server, and the peak of its memory.
 */
import { readFileSync } from 'node:fs';
import { systemClock } from '../src/kernel/clock.js';
import { openWorkspace } from '../src/workspace/open-workspace.js';
import { makeWorkspace } from '../test/support/make-workspace.js';
import { DashboardProcess } from '../test/support/dashboard-process.js';
import { makeProjects } from './make-large.js';
import { growLogs } from './make-logs.js';
import { byTurns, median } from './measure.js';
import { type Bench, megabytes, ms, type Result } from './result.js';

const [PROJECTS, RUNS] = [1000, 25_000];
const [MOST_MS, MOST_BYTES] = [300, 300e6];
/** The last night that the logs have, and one long before it. */
const [LAST, LONG_AGO] = ['2014-04-12', '2012-06-01'];
const FILE = 'PROJECTS/project-00007/LONGRUNNER.md';

const PAGES: Readonly<Record<string, string>> = {
  night: '/night',
  'night long ago': `/night?date=${LONG_AGO}`,
  run: '/runs/RUN-20140412-005',
  'run long ago': '/runs/RUN-20120601-005',
  history: '/history',
  'history, far down': '/history?before=20000.8000',
  'history of a run long ago': '/history?run=RUN-20120601-005',
  'history of a page': `/history?file=${FILE}`,
  'history of one actor and type': '/history?actor=worker&type=write',
  'the workspace last night': `/history/at?at=${LAST}T12:00`,
  'the workspace long ago': `/history/at?at=${LONG_AGO}T12:00`,
  'a page long ago': `/history/page?path=${FILE}&at=${LONG_AGO}T12:00`,
  'difference of a night': `/history/diff?from=${LAST}T12:00&to=now`,
  'history of an address': `/history/address?address=${encodeURIComponent(`${FILE}#last_pass.why`)}`,
};

export const dashboard: Bench = {
  name: 'dashboard',
  async run(directory) {
    const { root, home } = makeWorkspace(directory);
    makeProjects(root, PROJECTS);
    const workspace = openWorkspace(root, { home, clock: systemClock });
    growLogs(workspace, { runs: RUNS });
    workspace.close();
    const server = await DashboardProcess.start({ root, home });
    try {
      return await measured(server);
    } finally {
      await server.stop('SIGTERM');
    }
  },
};

async function measured(server: DashboardProcess): Promise<readonly Result[]> {
  const entered = await fetch(server.link, { redirect: 'manual' });
  const cookie = (entered.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  const costOf = (path: string) => async (): Promise<number> => {
    const start = performance.now();
    const answer = await fetch(`${server.origin}${path}`, { headers: { cookie } });
    const text = await answer.text();
    if (!answer.ok || text.includes('class="problem" role="alert"'))
      throw new Error(`${path} answered ${answer.status}: ${text.slice(-600)}`);
    return performance.now() - start;
  };
  const names = Object.keys(PAGES);
  const pid = server.pid ?? 0;
  const used: number[][] = names.map(() => []);
  const costs = await byTurns(
    Object.values(PAGES).map((path, i) => async () => {
      const before = processorMs(pid);
      const cost = await costOf(path)();
      used[i]?.push(processorMs(pid) - before);
      return cost;
    }),
  );
  const peak = peakOf(pid);
  return [
    ...names.map((name, i) => ({
      ...row(`dashboard: ${name}`, costs[i] ?? Number.NaN),
      against: `${ms(median(used[i]?.slice(1) ?? []))} of processor`,
    })),
    {
      name: 'dashboard: peak memory of the server',
      figure: megabytes(peak),
      against: 'the same workspace',
      ratio: '-',
      limit: `<= ${megabytes(MOST_BYTES)}`,
      met: peak <= MOST_BYTES,
    },
  ];
}

function row(name: string, cost: number): Omit<Result, 'against'> {
  return {
    name,
    figure: ms(cost),
    ratio: '-',
    limit: `<= ${ms(MOST_MS)}`,
    met: cost <= MOST_MS,
  };
}

/** Of its main thread. */
function processorMs(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6;
}

function peakOf(pid: number): number {
  const [, kilobytes = '0'] =
    /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) * 1024;
}
