/**
 * Every page of the dashboard on a workspace of 1,000 projects and 300,000 audit rows: the time of
 * the server, the longest list, and the memory of all processes.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { join } from 'node:path';
import { LATER } from '../src/surfaces/cli/own-words.js';
import { type DashboardPlace, DashboardProcess } from '../test/support/dashboard-process.js';
import { longestList } from '../test/support/longest-list.js';
import { pageAddresses } from './dashboard-pages.js';
import { makeForDashboard } from './make-dashboard.js';
import { median } from './measure.js';
import { type Bench, megabytes, ms, type Result } from './result.js';

const [MOST_MS, MOST_BYTES, MOST_ROWS] = [300, 300e6, 200];
const ROUNDS = 20;
/** On a busy machine there are fewer rounds. */
const LONGEST_ROUNDS_MS = 180_000;
/** A query waits for the commands of other pages, which are not its own time. */
const LONGEST_QUIET_MS = 120_000;
const CHANGED = 'PROJECTS/project-00003/outputs/survey-2026-11-20.md';
const CHANGES = 5;

type Cost = { readonly ms: number; readonly cpuMs: number; readonly rows: number };
type Asked = { readonly address: string; readonly first: Cost; readonly later: readonly Cost[] };

export const dashboard: Bench = {
  name: 'dashboard',
  run: async (directory) => measureDashboard(makeForDashboard(directory)),
};

export async function measureDashboard(
  place: DashboardPlace,
  rounds: number = ROUNDS,
): Promise<readonly Result[]> {
  const addresses = await pageAddresses({ last: '2014-04-12', longAgo: '2012-06-01' });
  const server = await DashboardProcess.start(place);
  try {
    const reader = await Reader.enter(server);
    const costs = addresses.map((): Cost[] => []);
    const start = performance.now();
    let done = 0;
    while (done < rounds && (done === 0 || performance.now() - start < LONGEST_ROUNDS_MS)) {
      for (const [i, address] of addresses.entries()) {
        if (address.startsWith('/query')) await reader.quiet();
        costs[i]?.push(await reader.costOf(address));
      }
      done++;
    }
    await reader.quiet();
    const asked = addresses.map((address, i): Asked => {
      const [first, ...later] = costs[i] ?? [];
      if (first === undefined) throw new Error(`${address} was not asked`);
      return { address, first, later };
    });
    const resident = memoryOf(reader.pid, 'VmRSS');
    const changes = await afterChanges(reader, place);
    const renewed = await afterChanges(reader, place, ['/', '/projects', '/plans']);
    return [
      ...asked.map(pageResult),
      timeResult('a page the first time, at most', slowest(asked.map(({ first }) => first))),
      timeResult('a page after a change', changes),
      timeResult('the slowest of /, /projects and /plans after a change', renewed),
      memoryResult(`resident after ${done} rounds`, resident),
      memoryResult('peak of the server', memoryOf(reader.pid, 'VmHWM')),
      memoryResult('peak of a command in a process of its own', reader.peakOfCommands),
    ];
  } finally {
    await server.stop('SIGTERM');
  }
}

/** A browser that has logged in; the processes are watched while it asks. */
class Reader {
  readonly pid: number;
  peakOfCommands = 0;
  readonly #origin: string;
  readonly #cookie: string;

  private constructor({ origin, pid = 0 }: DashboardProcess, cookie: string) {
    [this.#origin, this.#cookie, this.pid] = [origin, cookie, pid];
  }

  static async enter(server: DashboardProcess): Promise<Reader> {
    const entered = await fetch(server.link, { redirect: 'manual' });
    return new Reader(server, (entered.headers.get('set-cookie') ?? '').split(';')[0] ?? '');
  }

  async costOf(address: string): Promise<Cost> {
    const [start, before] = [performance.now(), processorMs(this.pid)];
    const text = await this.textOf(address);
    const [taken, used] = [performance.now() - start, processorMs(this.pid) - before];
    this.#lookAtCommands();
    return { ms: taken, cpuMs: used, rows: longestList(text) };
  }

  /** When no command of a page runs any more; a process that waits for a query does not count. */
  async quiet(): Promise<void> {
    const end = performance.now() + LONGEST_QUIET_MS;
    while (this.#children().some(isAtWork) && performance.now() < end) {
      this.#lookAtCommands();
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async textOf(address: string): Promise<string> {
    const answer = await fetch(`${this.#origin}${address}`, { headers: { cookie: this.#cookie } });
    const text = await answer.text();
    if (!answer.ok || text.includes('class="problem" role="alert"'))
      throw new Error(`${address} answered ${answer.status}: ${text.slice(-600)}`);
    return text;
  }

  #children(): readonly string[] {
    const children = readFileSync(`/proc/${this.pid}/task/${this.pid}/children`, 'utf8');
    return children.split(' ').filter((word) => word !== '');
  }

  #lookAtCommands(): void {
    for (const child of this.#children())
      try {
        this.peakOfCommands = Math.max(this.peakOfCommands, memoryOf(Number(child), 'VmHWM'));
      } catch {
        // It has ended.
      }
  }
}

function isAtWork(pid: string): boolean {
  try {
    return !readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(LATER);
  } catch {
    return false;
  }
}

/**
 * From a change to the first page that shows it; with `then`, the slowest of these pages, asked
 * after it.
 */
async function afterChanges(
  reader: Reader,
  { root }: DashboardPlace,
  then: readonly string[] = [],
): Promise<Cost> {
  const costs: Cost[] = [];
  for (let change = 0; change <= CHANGES; change++) {
    const [start, before] = [performance.now(), processorMs(reader.pid)];
    const words = `Change ${then.length} ${change}.`;
    writeFileSync(join(root, CHANGED), `# Notes\n\n${words}\n`);
    do await new Promise((resolve) => setTimeout(resolve, 20));
    while (!(await reader.textOf(`/file?path=${CHANGED}`)).includes(words));
    const own = { ms: performance.now() - start, cpuMs: processorMs(reader.pid) - before, rows: 0 };
    const others: Cost[] = [];
    for (const address of then) others.push(await reader.costOf(address));
    costs.push(others.length === 0 ? own : slowest(others));
  }
  return middle(costs.slice(1));
}

function middle(costs: readonly Cost[]): Cost {
  return {
    ms: median(costs.map((cost) => cost.ms)),
    cpuMs: median(costs.map((cost) => cost.cpuMs)),
    rows: Math.max(...costs.map((cost) => cost.rows)),
  };
}

function slowest(costs: readonly Cost[]): Cost {
  return costs.reduce((worst, cost) => (cost.cpuMs > worst.cpuMs ? cost : worst));
}

function pageResult({ address, first, later }: Asked): Result {
  const cost = middle(later.length === 0 ? [first] : later);
  const rows = Math.max(first.rows, cost.rows);
  const result = timeResult(address, { ...cost, rows });
  return {
    ...result,
    limit: `${result.limit}, <= ${MOST_ROWS} rows`,
    ratio: `${rows} rows`,
    met: result.met === true && rows <= MOST_ROWS,
  };
}

/**
 * On a machine that others keep busy, the time of the processor decides, because the clock also
 * measures them.
 */
function timeResult(name: string, { ms: taken, cpuMs }: Cost): Result {
  const isBusy = (loadavg()[0] ?? 0) > availableParallelism();
  return {
    name: `dashboard: ${name}`,
    figure: ms(taken),
    against: `${ms(cpuMs)} of processor`,
    ratio: '-',
    limit: `<= ${ms(MOST_MS)}${isBusy ? ' of processor' : ''}`,
    met: (isBusy ? cpuMs : taken) <= MOST_MS,
  };
}

function memoryResult(name: string, bytes: number): Result {
  return {
    name: `dashboard: memory, ${name}`,
    figure: megabytes(bytes),
    against: 'the same workspace',
    ratio: '-',
    limit: `<= ${megabytes(MOST_BYTES)}`,
    met: bytes <= MOST_BYTES,
  };
}

/** Of its main thread. */
function processorMs(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6;
}

/** `VmRSS`: now. `VmHWM`: at most so far. */
function memoryOf(pid: number, field: 'VmRSS' | 'VmHWM'): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(new RegExp(`${field}:\\s+(\\d+) kB`).exec(status)?.[1] ?? 0) * 1024;
}
