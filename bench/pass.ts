/**
 * One worker pass of the demonstration: its snapshots and commits, as V8 counts them, and its time.
 * `NOCTURNE_BENCH_BEFORE` names the `dist` of another checkout to compare with.
 */
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { median, timeProcess } from './measure.js';
import type { PassCost } from './pass-cost.js';
import { type Bench, ms, type Result } from './result.js';

const HERE = fileURLToPath(new URL('..', import.meta.url));
const CHILD = fileURLToPath(new URL('pass-child.js', import.meta.url));
const BEFORE = process.env['NOCTURNE_BENCH_BEFORE'];
const RUNS = 5;
const MOST_SNAPSHOTS = 16;
const MOST_COMMITS = 11;

export const pass: Bench = {
  name: 'pass',
  async run(directory): Promise<readonly Result[]> {
    const after: PassCost[] = [];
    const before: PassCost[] = [];
    for (let run = 0; run < RUNS; run++) {
      if (BEFORE !== undefined) before.push(await passOf(BEFORE, directory));
      after.push(await passOf(HERE, directory));
    }
    const [first] = before;
    const [now] = after;
    if (now === undefined) return [];
    const name = 'worker pass of the demonstration';
    const time = median(after.map((one) => one.ms));
    const others = before.map((one) => one.ms);
    return [
      atMostCalls(`${name}, snapshots opened`, {
        function: 'openSnapshot',
        now,
        first,
        limit: MOST_SNAPSHOTS,
      }),
      atMostCalls(`${name}, commits`, { function: 'commitOnce', now, first, limit: MOST_COMMITS }),
      atMostCalls(`${name}, tree walked`, { function: 'walk', now, first }),
      atMostCalls(`${name}, lock written`, { function: 'writeLock', now, first }),
      {
        name: `${name}, ${now.rows.length} audit rows${sameTrail(now, first)}`,
        figure: ms(time),
        against: first === undefined ? '-' : `before ${ms(median(others))}`,
        ratio: first === undefined ? '-' : `${(time / median(others)).toFixed(2)}x`,
        limit: '-',
        met: undefined,
      },
    ];
  },
};

async function passOf(dist: string, directory: string): Promise<PassCost> {
  const place = mkdtempSync(join(directory, 'pass-'));
  const { exit, stdout } = await timeProcess(process.execPath, [CHILD, dist, place]);
  if (exit !== 0) throw new Error(`the pass ended ${exit}: ${stdout}`);
  return JSON.parse(stdout) as PassCost;
}

function atMostCalls(
  name: string,
  at: {
    readonly function: string;
    readonly now: PassCost;
    readonly first: PassCost | undefined;
    readonly limit?: number;
  },
): Result {
  const calls = at.now.counts[at.function] ?? 0;
  const earlier = at.first?.counts[at.function];
  return {
    name,
    figure: String(calls),
    against: earlier === undefined ? '-' : `before ${earlier}`,
    ratio: '-',
    limit: at.limit === undefined ? '-' : `<= ${at.limit}`,
    met: at.limit === undefined ? undefined : calls > 0 && calls <= at.limit,
  };
}

function sameTrail(now: PassCost, first: PassCost | undefined): string {
  if (first === undefined) return '';
  return JSON.stringify(now.rows) === JSON.stringify(first.rows) ? ' (the same)' : ' (OTHERS)';
}
