/** What the meter adds to a model's first token, and whether many calls fill its memory. */
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { openGrant } from '../src/modules/meter/grant.js';
import { startMeter } from '../test/modules/meter/server/meter-process.js';
import { KEY } from '../test/modules/meter/server/running-meter.js';
import { testUpstream } from '../test/modules/meter/server/upstream.js';
import { makeWorkspace } from '../test/support/make-workspace.js';
import { type Bench, megabytes, ms, type Result, times } from './result.js';

const WARM_UP = 50;
const ROUNDS = 500;
const CALLS = 10_000;
const CLIENTS = 8;
const P50_MS = 5;
const P99_MS = 20;
/** How much the memory may grow from the first thousand calls to the last. */
const MOST_GROWTH = 1.25;

type Target = { readonly base: string; readonly token: string };

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
    const running = await startMeter(made, { OWNER_KEY: KEY });
    try {
      const through = { base: `http://127.0.0.1:${running.port}`, token };
      const direct = { base: upstream.base, token: KEY };
      const latency = await firstTokens(through, direct);
      return [...latency, await memory(through, running.child.pid ?? 0)];
    } finally {
      await running.end('SIGKILL');
      await upstream.close();
    }
  },
};

/** Direct calls and calls through the meter take turns. */
async function firstTokens(through: Target, direct: Target): Promise<readonly Result[]> {
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
        against: `a direct call, ${ms(bare)}`,
        ratio: times(metered / bare),
        limit: `< ${limit} ms`,
        met: metered - bare < limit,
      };
    },
  );
}

async function memory(through: Target, pid: number): Promise<Result> {
  const agent = new Agent({ keepAlive: true });
  const sizes: number[] = [];
  let done = 0;
  const client = async (): Promise<void> => {
    while (done < CALLS) {
      done += 1;
      if (done % 100 === 0) sizes.push(residentBytes(pid));
      await firstToken(through, agent);
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
  agent.destroy();
  // Garbage comes and goes; what is kept is in the smallest sizes.
  const [early, late] = [Math.max(...sizes.slice(5, 20)), quantile(sizes.slice(-20), 0.5)];
  return {
    name: `meter, memory after ${CALLS} calls`,
    figure: megabytes(late),
    against: `the largest of the first 2,000, ${megabytes(early)}`,
    ratio: times(late / early),
    limit: `<= ${MOST_GROWTH}x`,
    met: late <= early * MOST_GROWTH,
  };
}

/** Milliseconds until the first event of a stream; resolves when the stream has ended. */
function firstToken({ base, token }: Target, agent: Agent): Promise<number> {
  const body = JSON.stringify({
    model: 'small',
    stream: true,
    max_tokens: 100,
    messages: [{ role: 'user', content: 'A page of text. '.repeat(200) }],
  });
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const asked = request(
      `${base}/v1/chat/completions`,
      {
        method: 'POST',
        agent,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      },
      (response) => {
        let first: number | undefined;
        response.on('data', () => {
          first ??= performance.now() - start;
        });
        response.on('error', reject);
        response.on('end', () =>
          response.statusCode === 200 && first !== undefined
            ? resolve(first)
            : reject(new Error(`status ${response.statusCode}`)),
        );
      },
    );
    asked.on('error', reject);
    asked.end(body);
  });
}

function residentBytes(pid: number): number {
  const [, kilobytes] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) * 1024;
}

function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length * part)] ?? Number.NaN;
}
