/** What the meter adds to a model's first token, and whether many calls fill its memory. */
import { closeSync, fsyncSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { Agent } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openGrant } from '../src/modules/meter/grant.js';
import { readTextIfThere } from '../src/workspace/read-if-there.js';
import { startMeter } from '../test/modules/meter/server/meter-process.js';
import { KEY } from '../test/modules/meter/server/running-meter.js';
import { testUpstream } from '../test/modules/meter/server/upstream.js';
import { makeWorkspace } from '../test/support/make-workspace.js';
import { firstToken, quantile, type Target } from './first-token.js';
import { type Bench, megabytes, ms, type Result, times } from './result.js';

const WARM_UP = 50;
const ROUNDS = 500;
const CALLS = 10_000;
const CLIENTS = 8;
const P50_MS = 5;
const P99_MS = 20;
/** Until then the meter compiles, and fills its caches. */
const WARM_CALLS = 2_000;
/** How much the memory may grow after that. */
const MOST_GROWTH = 1.25;

export const meter: Bench = {
  name: 'meter',
  async run(directory) {
    const made = makeWorkspace(directory, { at: new Date().toISOString() });
    const upstream = await testUpstream();
    const { token } = openGrant(made.workspace.state, {
      ...{ runId: 'RUN-20261121-001', project: 'pages', runner: 'cloud', use: 'worker' },
      ...{ endpoint: upstream.endpoint, apiKeyEnv: 'OWNER_KEY', opened: '2026-11-21T01:30:00Z' },
      limits: { tokens: 1_000_000_000 },
    });
    const kept = join(directory, 'kept-memory');
    const running = await startMeter(made, {
      OWNER_KEY: KEY,
      NODE_OPTIONS: `--import ${new URL('kept-memory.js', import.meta.url).href}`,
      NOCTURNE_KEPT_MEMORY: kept,
    });
    try {
      const through = { base: `http://127.0.0.1:${running.port}`, token };
      const direct = { base: upstream.base, token: KEY };
      const flush = flushes(join(directory, 'flushed'));
      const latency = await firstTokens(through, { ...direct, flush });
      const measured = { pid: running.child.pid ?? 0, kept };
      return [...latency, ...(await memory(through, measured))];
    } finally {
      await running.end('SIGKILL');
      await upstream.close();
    }
  },
};

/** A call is flushed to the disk before it leaves, which the disk alone decides. */
function flushes(path: string): readonly number[] {
  const file = openSync(path, 'a');
  const taken = Array.from({ length: ROUNDS }, () => {
    const start = performance.now();
    writeSync(file, 'x'.repeat(500));
    fsyncSync(file);
    return performance.now() - start;
  });
  closeSync(file);
  return taken;
}

/** Direct calls and calls through the meter take turns. */
async function firstTokens(
  through: Target,
  { flush, ...direct }: Target & { readonly flush: readonly number[] },
): Promise<readonly Result[]> {
  const agent = new Agent({ keepAlive: true });
  const taken = { through: [] as number[], direct: [] as number[] };
  for (let round = -WARM_UP; round < ROUNDS; round++) {
    const [metered, bare] = [await firstToken(through, agent), await firstToken(direct, agent)];
    if (round < 0) continue;
    taken.through.push(metered);
    taken.direct.push(bare);
  }
  agent.destroy();
  return [['p50', 0.5, P50_MS] as const, ['p99', 0.99, P99_MS] as const].map(
    ([name, part, limit]) => {
      const [metered, bare] = [quantile(taken.through, part), quantile(taken.direct, part)];
      return {
        name: `meter, added to the first token, ${name}`,
        figure: ms(metered - bare),
        against: `a direct call, ${ms(bare)}; one flush of the disk, ${ms(quantile(flush, part))}`,
        ratio: times(metered / bare),
        limit: `< ${limit} ms`,
        met: metered - bare < limit,
      };
    },
  );
}

type Measured = { readonly pid: number; readonly kept: string };

/**
 * What the meter keeps after a collection shows a leak. What is resident has garbage too, as much as
 * V8 finds worth keeping at this speed.
 */
async function memory(through: Target, measured: Measured): Promise<readonly Result[]> {
  const agent = new Agent({ keepAlive: true });
  const resident: number[] = [];
  await calls(WARM_CALLS, through, agent);
  const early = await keptBytes(measured);
  await calls(CALLS - WARM_CALLS, through, agent, () => resident.push(residentBytes(measured.pid)));
  const late = await keptBytes(measured);
  agent.destroy();
  const part = resident.length / 4;
  return [
    grown('memory kept after a collection', early, late),
    grown(
      'resident memory, medians',
      quantile(resident.slice(0, part), 0.5),
      quantile(resident.slice(-part), 0.5),
    ),
  ];
}

function grown(what: string, early: number, late: number): Result {
  return {
    name: `meter, ${what}, after ${CALLS} calls`,
    figure: megabytes(late),
    against: `after ${WARM_CALLS} calls, ${megabytes(early)}`,
    ratio: times(late / early),
    limit: `<= ${MOST_GROWTH}x`,
    met: late <= early * MOST_GROWTH,
  };
}

/** @param each is told after every hundredth call. */
async function calls(
  count: number,
  through: Target,
  agent: Agent,
  each: () => void = () => undefined,
): Promise<void> {
  let done = 0;
  const client = async (): Promise<void> => {
    while (done < count) {
      done += 1;
      if (done % 100 === 0) each();
      await firstToken(through, agent);
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
}

async function keptBytes({ pid, kept }: Measured): Promise<number> {
  rmSync(kept, { force: true });
  process.kill(pid, 'SIGUSR2');
  for (;;) {
    await sleep(50);
    const text = readTextIfThere(kept) ?? '';
    if (text !== '') return Number(text);
  }
}

function residentBytes(pid: number): number {
  const [, kilobytes] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) * 1024;
}
