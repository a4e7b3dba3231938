/**
 * A worker pass whose agent leaves much to reconcile: peak memory of `nocturne run worker` beyond a
 * pass that leaves one page, and its time against what the agent alone takes to write the files.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { placeWithProject, REPORT } from '../test/passes/pass-workspace.js';
import { type ProcessCost, timeProcess } from './measure.js';
import { type Bench, megabytes, ms, type Result, times } from './result.js';

const PROGRAM = fileURLToPath(new URL('../../bin/nocturne.cjs', import.meta.url));
const MOST_BYTES = 256 * 1024 * 1024;

/** `raised`: the owner's limits are so high that everything is judged. */
type Case = {
  readonly name: string;
  readonly id: string;
  readonly agent: string;
  readonly raised: boolean;
  readonly mostMs?: number;
};

const FS = "import * as fs from 'node:fs';\nfs.mkdirSync('outputs', { recursive: true });\n";
const sparse = (mib: number): string =>
  `fs.writeFileSync('outputs/big.bin', ''); fs.truncateSync('outputs/big.bin', ${mib} * 1024 * 1024);\n`;
const small = (count: number): string =>
  `for (let i = 0; i < ${count}; i++) fs.writeFileSync('outputs/' + i + '.txt', 'line ' + i + '\\n');\n`;
/** Sentences of drawn words, so that no two files are alike. */
const texts = (count: number): string => `let seed = 1;
const draw = (most) => (seed = (Math.imul(seed, 1103515245) + 12345) >>> 1) % most;
const words = Array.from({ length: 5000 }, () => Array.from({ length: 3 + draw(8) }, () => 'etaoinshrdlcum'[draw(14)]).join(''));
for (let i = 0; i < ${count}; i++) {
  const lines = [];
  for (let size = 0; size < 100000; size += lines.at(-1).length + 1)
    lines.push(Array.from({ length: 8 + draw(8) }, () => words[draw(5000)]).join(' ') + '.');
  fs.writeFileSync('outputs/' + i + '.md', lines.join('\\n') + '\\n');
}
`;

const CASES: readonly Case[] = [
  { name: 'a file of 3 GB', id: 'large', agent: sparse(3072), raised: true },
  {
    name: 'a sparse file of 10 GB, beyond the limits',
    id: 'sparse',
    agent: sparse(10_240),
    raised: false,
  },
  {
    name: '100,000 small files, beyond the limits',
    id: 'flood',
    agent: small(100_000),
    raised: false,
  },
  { name: '100,000 small files, limits raised', id: 'small', agent: small(100_000), raised: true },
  { name: '1,000 texts of 100 KB', id: 'texts', agent: texts(1000), raised: false, mostMs: 60_000 },
  { name: '9,000 texts of 100 KB', id: 'many-texts', agent: texts(9000), raised: false },
];

export const reconcile: Bench = {
  name: 'reconcile',
  async run(directory): Promise<readonly Result[]> {
    const base = await passOf(join(directory, 'base'), small(1), false);
    const results: Result[] = [];
    for (const each of cases()) results.push(...(await measure(directory, each, base)));
    return results;
  },
};

/** All cases, or those in `NOCTURNE_BENCH_CASES`. */
function cases(): readonly Case[] {
  const asked = process.env['NOCTURNE_BENCH_CASES']?.split(',');
  return CASES.filter(({ id }) => asked === undefined || asked.includes(id));
}

async function measure(directory: string, each: Case, base: ProcessCost): Promise<Result[]> {
  process.stderr.write(`  ${each.name}\n`);
  const floor = await alone(join(directory, 'alone'), each.agent);
  const cost = await passOf(join(directory, each.id), each.agent, each.raised);
  const peak = cost.peakBytes - base.peakBytes;
  const name = `pass that leaves ${each.name}`;
  const { mostMs } = each;
  return [
    {
      name,
      figure: ms(cost.ms),
      against: `the agent alone ${ms(floor)}; one page ${ms(base.ms)}`,
      ratio: times(cost.ms / (floor + base.ms)),
      limit: mostMs === undefined ? '-' : `<= ${ms(mostMs)}`,
      met: mostMs === undefined ? undefined : cost.ms <= mostMs,
    },
    {
      name: `${name}, peak memory`,
      figure: megabytes(peak),
      against: `one page ${megabytes(base.peakBytes)}`,
      ratio: '-',
      limit: `<= ${megabytes(MOST_BYTES)}`,
      met: peak <= MOST_BYTES,
    },
  ];
}

async function alone(directory: string, agent: string): Promise<number> {
  mkdirSync(directory);
  const script = join(directory, 'pass.mjs');
  writeFileSync(script, `${FS}${agent}`);
  const { ms: taken } = await timeProcess(process.execPath, [script], { cwd: directory });
  rmSync(directory, { recursive: true });
  return taken;
}

async function passOf(directory: string, agent: string, raised: boolean): Promise<ProcessCost> {
  const [files, mib] = raised ? [1_000_000, 1_000_000] : [10_000, 1024];
  const owner = `# User\n\n## Owner\n\n- **Time zone:** UTC\n- **Pass files:** ${files}\n- **Pass MiB:** ${mib}\n`;
  mkdirSync(directory);
  const { root, home } = placeWithProject(directory, `${FS}${agent}${REPORT}`, {
    files: { 'USER.md': owner },
  });
  const cost = await timeProcess(process.execPath, [PROGRAM, 'run', 'worker'], {
    cwd: root,
    env: { NOCTURNE_HOME: home },
    usage: true,
  });
  if (process.env['NOCTURNE_BENCH_KEEP'] === undefined) rmSync(directory, { recursive: true });
  if (cost.exit > 1) throw new Error(`the pass ended ${cost.exit}: ${cost.stdout.slice(-2000)}`);
  return cost;
}
