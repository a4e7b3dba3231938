/** What the guard adds to a host's tool call over the socket, warm and during a pass. */
import { join } from 'node:path';
import { mkdirSync } from 'node:fs';
import { GuardClient } from '../src/hosts/openclaw/plugin/guard-client.js';
import { makeWorkspace } from '../test/support/make-workspace.js';
import { NOCTURNE } from '../test/support/guard-server.js';
import { makeProjects } from './make-large.js';
import { type Bench, ms, times } from './result.js';

const PROJECTS = 100;
const ROUNDS = 100;
const LIMIT_MS = 5;
/** How long a model thinks about its next call. */
const THINKS_MS = 15;
const SESSION = { host: 'openclaw', id: 'agent:main:cron:bench:run:one' } as const;

export const guardSocket: Bench = {
  name: 'guard',
  async run(directory) {
    const { root, home } = makeWorkspace(directory, { at: new Date().toISOString() });
    makeProjects(root, PROJECTS);
    const client = new GuardClient({
      workspace: root,
      id: '',
      node: process.execPath,
      nocturne: NOCTURNE,
      home,
      governed: 'jobs',
    });
    try {
      const begun = await client.ask({ op: 'begin', role: 'worker', session: SESSION });
      if (begun.kind === 'over') throw new Error(begun.outcome);
      const folder = `PROJECTS/${begun.project}/outputs`;
      mkdirSync(join(root, folder), { recursive: true });
      const calls = [
        {
          tool: 'write',
          params: { path: `${folder}/page.md`, content: '# Page\n\nA line of it.\n'.repeat(200) },
        },
        { tool: 'read', params: { path: 'REGISTRY.md' } },
        { tool: 'exec', params: { command: `cat ${folder}/page.md | head -n 5` } },
        { tool: 'exec', params: { command: 'ls PROJECTS' } },
      ];
      const taken: number[] = [];
      const bare: number[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        for (const call of calls) {
          const before = performance.now();
          await client.ask({ op: 'hello', protocol: 1 });
          const start = performance.now();
          bare.push(start - before);
          const { verdict, text } = await client.ask(
            { op: 'judge', host: 'openclaw', session: SESSION, governed: true, ...call },
            10_000,
          );
          taken.push(performance.now() - start);
          if (verdict !== 'allow') throw new Error(text);
          await client.ask({ op: 'acted' });
          await new Promise((done) => setTimeout(done, THINKS_MS));
        }
      }
      const [p95, floor] = [
        quantile(taken.slice(calls.length), 0.95),
        quantile(bare.slice(calls.length), 0.95),
      ];
      return [
        {
          name: 'guard over the socket',
          figure: `p95 ${ms(p95)}`,
          against: `an empty request, p95 ${ms(floor)}; p50 ${ms(quantile(taken, 0.5))}`,
          ratio: times(p95 / floor),
          limit: `<= ${LIMIT_MS} ms`,
          met: p95 <= LIMIT_MS,
        },
      ];
    } finally {
      await client.close();
    }
  },
};

function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length * part)] ?? Number.NaN;
}
