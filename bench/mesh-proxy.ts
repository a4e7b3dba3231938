/** What two hops add to a model's first token: a meter, the mesh, and the meter of another node. */
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { Agent } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openGrant } from '../src/modules/meter/grant.js';
import { startMeter } from '../test/modules/meter/server/meter-process.js';
import { KEY } from '../test/modules/meter/server/running-meter.js';
import { testUpstream } from '../test/modules/meter/server/upstream.js';
import { NO_SERVER } from '../test/modules/mesh/nats-server.js';
import { placesOfModelMesh } from '../test/modules/mesh/proxy/model-places.js';
import { firstToken, quantile, type Target } from './first-token.js';
import { atMost, type Bench, ms, type Result, times } from './result.js';

const WARM_UP = 100;
const ROUNDS = 500;
const LIMITS = [
  ['p50', 0.5, 5],
  ['p99', 0.99, 20],
] as const;
/** The mesh against a meter, which flushes its ledger: two connections and three signed messages. */
const MOST_BETWEEN = 2;
const START_MS = 30_000;

type Taken = { readonly direct: number[]; readonly near: number[]; readonly far: number[] };

export const meshProxy: Bench = {
  name: 'mesh-proxy',
  async run(directory) {
    if (NO_SERVER !== false) {
      process.stderr.write(`mesh-proxy is left out: ${NO_SERVER}\n`);
      return [];
    }
    const endings: (() => unknown)[] = [];
    const scope = { testdir: () => directory, teardown: (act: () => unknown) => endings.push(act) };
    try {
      const upstream = await testUpstream();
      endings.push(() => upstream.close());
      const { laptop, gpu } = await placesOfModelMesh(scope, upstream.endpoint);
      const [near, far] = [
        await startMeter(gpu, { OWNER_KEY: KEY }, 'serve'),
        await startMeter(laptop, {}, 'serve'),
      ];
      endings.push(
        () => near.end('SIGTERM'),
        () => far.end('SIGTERM'),
      );
      const grant = { project: 'pages', use: 'worker', limits: { tokens: 1_000_000_000 } };
      const opened = '2026-11-21T01:30:00Z';
      const tokenAt = (
        { workspace }: typeof gpu,
        at: { readonly endpoint: string; readonly runner: string; readonly apiKeyEnv: string },
      ): string =>
        openGrant(workspace.state, { runId: 'RUN-20261121-001', ...grant, ...at, opened }).token;
      const through = { endpoint: upstream.endpoint, runner: 'boxed', apiKeyEnv: 'OWNER_KEY' };
      const over = { endpoint: 'mesh://gpu', runner: 'far', apiKeyEnv: '' };
      const targets = {
        direct: { base: upstream.base, token: KEY },
        near: { base: `http://127.0.0.1:${near.port}`, token: tokenAt(gpu, through) },
        far: { base: `http://127.0.0.1:${far.port}`, token: tokenAt(laptop, over) },
      };
      await answering(targets.far);
      return results(await measured(targets), flushes(join(directory, 'flushed')));
    } finally {
      for (const end of endings.reverse()) await end();
    }
  },
};

/** Until the nodes have heard each other. */
async function answering(target: Target): Promise<void> {
  const agent = new Agent();
  const until = performance.now() + START_MS;
  for (;;) {
    const failed = await firstToken(target, agent).then(
      () => undefined,
      (error: unknown) => error,
    );
    if (failed === undefined) break;
    if (performance.now() > until) throw failed;
    await sleep(100);
  }
  agent.destroy();
}

/** The three ways take turns. */
async function measured(targets: Readonly<Record<keyof Taken, Target>>): Promise<Taken> {
  const agent = new Agent({ keepAlive: true });
  const taken: Taken = { direct: [], near: [], far: [] };
  for (let round = -WARM_UP; round < ROUNDS; round++)
    for (const way of ['direct', 'near', 'far'] as const) {
      const time = await firstToken(targets[way], agent);
      if (round >= 0) taken[way].push(time);
    }
  agent.destroy();
  return taken;
}

/** Each meter flushes its ledger before a call leaves, which the disk alone decides. */
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

function results(taken: Taken, flush: readonly number[]): readonly Result[] {
  return LIMITS.flatMap(([name, part, limit]) => {
    const at = (way: keyof Taken): number => quantile(taken[way], part);
    const [direct, near, far] = [at('direct'), at('near'), at('far')];
    const hop = (far - direct) / 2;
    return [
      {
        name: `mesh-proxy, added to the first token by each of two hops, ${name}`,
        figure: ms(hop),
        against: `a direct call, ${ms(direct)}; one flush, ${ms(quantile(flush, part))}`,
        ratio: times(far / direct),
        limit: `< ${limit} ms`,
        met: hop < limit,
      },
      // Other work of the machine slows both.
      atMost(`mesh-proxy, the mesh between two meters, ${name}`, {
        figure: far - near - (near - direct),
        floor: near - direct,
        floorName: 'what one meter adds,',
        limit: MOST_BETWEEN,
      }),
    ];
  });
}
