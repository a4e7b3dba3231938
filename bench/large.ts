/**
 * `validate` on workspaces of 100, 1,000 and 10,000 projects: cold, warm, after one edit, and how
 * the time grows.
 */
import { appendFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeWorkspace } from '../test/support/make-workspace.js';
import { makeProjects, projectFile } from './make-large.js';
import { median, type ProcessCost, RUNS, timeProcess } from './measure.js';
import { type Bench, megabytes, ms, type Result } from './result.js';

const PROGRAM = fileURLToPath(new URL('../../bin/nocturne.cjs', import.meta.url));
const SIZES = [100, 1_000, 10_000];
const [COLD_MS, COLD_BYTES, WARM_MS, EDIT_MS] = [12_000, 1e9, 1_500, 1_600];
/** The largest exponent of the growth with the number of projects; 1 is linear. */
const SLOPE = 1.1;

export const large: Bench = {
  name: 'large',
  async run(directory): Promise<readonly Result[]> {
    const results: Result[] = [];
    const colds: number[] = [];
    for (const size of sizes()) {
      const measured = await measure(join(directory, String(size)), size);
      colds.push(measured.cold);
      results.push(...resultsOf(size, measured));
    }
    const [first, last] = [colds.at(-2) ?? 0, colds.at(-1) ?? 0];
    const slope = Math.log10(last / first);
    if (colds.length === SIZES.length)
      results.push({
        name: 'growth from 1,000 to 10,000 projects',
        figure: `n^${slope.toFixed(2)}`,
        against: `${ms(first)} -> ${ms(last)}`,
        ratio: `${(last / first).toFixed(1)}x for 10x`,
        limit: `<= n^${SLOPE}`,
        met: slope <= SLOPE,
      });
    return results;
  },
};

/** All sizes, or those in `NOCTURNE_BENCH_SIZES`. */
function sizes(): readonly number[] {
  const asked = process.env['NOCTURNE_BENCH_SIZES'];
  return asked === undefined ? SIZES : asked.split(',').map(Number);
}

type Measured = {
  readonly cold: number;
  readonly cpu: number;
  readonly peak: number;
  readonly warm: number;
  readonly edited: number;
  readonly bytes: number;
};

async function measure(directory: string, size: number): Promise<Measured> {
  const { root, home } = makeWorkspace(directory, { at: new Date().toISOString() });
  const bytes = makeProjects(root, size);
  const validate = async (): Promise<ProcessCost> => {
    const cost = await timeProcess(process.execPath, [PROGRAM, 'validate', '--json'], {
      cwd: root,
      env: { NOCTURNE_HOME: home },
      usage: true,
    });
    if (cost.exit !== 0)
      throw new Error(`validate ended ${cost.exit}: ${cost.stdout.slice(0, 2000)}`);
    return cost;
  };
  const cold = await repeat(validate, () =>
    rmSync(join(root, '.nocturne'), { recursive: true, force: true }),
  );
  const warm = await repeat(validate, () => undefined);
  let edit = 0;
  const edited = await repeat(validate, () =>
    appendFileSync(join(root, projectFile(edit++ % size)), 'One more line.\n'),
  );
  rmSync(directory, { recursive: true, force: true });
  const wall = (costs: readonly ProcessCost[]): number => median(costs.map((cost) => cost.ms));
  return {
    cold: wall(cold),
    cpu: median(cold.map((cost) => cost.cpuMs)),
    peak: Math.max(...cold.map((cost) => cost.peakBytes)),
    warm: wall(warm),
    edited: wall(edited),
    bytes,
  };
}

/** Runs once to warm up, then `RUNS` times. `before` is not measured. */
async function repeat(
  work: () => Promise<ProcessCost>,
  before: () => void,
): Promise<readonly ProcessCost[]> {
  const costs: ProcessCost[] = [];
  for (let run = 0; run <= RUNS; run++) {
    before();
    const cost = await work();
    if (run > 0) costs.push(cost);
  }
  return costs;
}

function resultsOf(size: number, { cold, cpu, peak, warm, edited, bytes }: Measured): Result[] {
  const limited = size === 10_000;
  const name = `validate, ${size.toLocaleString('en')} projects`;
  const row = (
    what: string,
    figure: number,
    at: { readonly limit: number; readonly against: string },
  ): Result => ({
    name: `${name}, ${what}`,
    figure: ms(figure),
    against: at.against,
    ratio: '-',
    limit: limited ? `<= ${ms(at.limit)}` : '-',
    met: limited ? figure <= at.limit : undefined,
  });
  return [
    row('cold', cold, { limit: COLD_MS, against: `${megabytes(bytes)}; CPU ${ms(cpu)}` }),
    {
      name: `${name}, peak memory`,
      figure: megabytes(peak),
      against: megabytes(bytes),
      ratio: '-',
      limit: limited ? `<= ${megabytes(COLD_BYTES)}` : '-',
      met: limited ? peak <= COLD_BYTES : undefined,
    },
    row('warm', warm, { limit: WARM_MS, against: `cold ${ms(cold)}` }),
    row('after one edit', edited, { limit: EDIT_MS, against: `cold ${ms(cold)}` }),
  ];
}
