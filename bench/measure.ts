/**
 * Measures medians after a warm-up. A measurement and what it is compared with take turns, so that
 * both run under the same load.
 */
import { spawn } from 'node:child_process';

export const RUNS = 5;

/** What one process cost. `peakBytes` and `cpuMs` only with `usage`. */
export type ProcessCost = {
  readonly ms: number;
  readonly exit: number;
  readonly stdout: string;
  readonly peakBytes: number;
  readonly cpuMs: number;
};
export type ProcessOptions = {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** For a Node process: reports at its end what it used. */
  readonly usage?: boolean;
};

/** Written to descriptor 3 when the process ends. */
const REPORT_USAGE = `data:text/javascript,${encodeURIComponent("import{writeSync}from'node:fs';process.on('exit',()=>writeSync(3,JSON.stringify(process.resourceUsage())))")}`;

export async function timeProcess(
  program: string,
  words: readonly string[],
  options: ProcessOptions = {},
): Promise<ProcessCost> {
  const before = options.usage === true ? ['--import', REPORT_USAGE] : [];
  const start = performance.now();
  const child = spawn(program, [...before, ...words], {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  const texts = ['', '', ''];
  for (const [i, stream] of [child.stdio[1], child.stdio[2], child.stdio[3]].entries())
    stream?.on('data', (part: Buffer) => (texts[i] += part.toString('utf8')));
  const exit = await new Promise<number>((done, fail) => {
    child.on('error', fail);
    child.on('close', (code) => done(code ?? -1));
  });
  const ms = performance.now() - start;
  const usage =
    texts[2] === ''
      ? { maxRSS: 0, userCPUTime: 0, systemCPUTime: 0 }
      : (JSON.parse(texts[2] ?? '') as NodeJS.ResourceUsage);
  return {
    ms,
    exit,
    stdout: texts[0] ?? '',
    peakBytes: usage.maxRSS * 1024,
    cpuMs: (usage.userCPUTime + usage.systemCPUTime) / 1000,
  };
}

/** Runs each of `works` once to warm up, then `runs` times in turns. Returns their medians. */
export async function byTurns(
  works: readonly (() => number | Promise<number>)[],
  runs: number = RUNS,
): Promise<readonly number[]> {
  const taken = works.map((): number[] => []);
  for (let run = 0; run <= runs; run++) {
    for (const [i, work] of works.entries()) {
      const cost = await work();
      if (run > 0) taken[i]?.push(cost);
    }
  }
  return taken.map(median);
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? Number.NaN)
    : ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
}

/** Milliseconds that a call takes. */
export function timeOf(work: () => void): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}
