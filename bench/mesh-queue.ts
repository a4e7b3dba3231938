/**
 * A queue from pages to pages: the owner's real service, eight processes whose work takes no time,
 * and one that dies with a task in its hands. The judge accepts everything.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { runNode } from '../src/modules/mesh/node/run-node.js';
import { MESH_PAGE } from '../src/modules/mesh/settings.js';
import { ownerPart } from '../src/modules/mesh/tasks/owner-part.js';
import { Outbox } from '../src/modules/mesh/tasks/outbox.js';
import { pageChange } from '../src/modules/mesh/tasks/task-page.js';
import { placeWithProject, type Place } from '../test/passes/pass-workspace.js';
import { signAnyway } from '../test/support/sign-anyway.js';
import { type BenchMesh, benchMesh, orderAll } from './mesh-nodes.js';
import { ms, type Result } from './result.js';

const WORKERS = 8;
const TASKS = Number(process.env['NOCTURNE_MESH_TASKS'] ?? 10_000);
const LEASE_MS = 5_000;
const LONGEST_MS = 60_000 + TASKS * 200;

export async function queueRun(directory: string): Promise<readonly Result[]> {
  mkdirSync(join(directory, 'lead'), { recursive: true });
  const place = placeWithProject(join(directory, 'lead'), '');
  const mesh = await benchMesh(directory, place.workspace.state, WORKERS + 1);
  const ended = new AbortController();
  try {
    signAnyway(place, MESH_PAGE, meshPage(mesh));
    writePages(place, 0, 1);
    const served = runNode({
      workspace: place.workspace,
      identity: mesh.lead,
      roster: mesh.roster,
      url: mesh.url,
      say: () => undefined,
      signal: ended.signal,
      parts: [ownerPart({ timing: { leaseMs: LEASE_MS, backoffMs: 100, wakeMs: 2_000 } })],
    });
    const results = await worked(place, mesh);
    ended.abort();
    await served;
    return results;
  } finally {
    ended.abort();
    await mesh.stop();
  }
}

async function worked(place: Place, mesh: BenchMesh): Promise<readonly Result[]> {
  const began = new Map<string, number>();
  let [held, died, elsewhere] = ['', 0, 0];
  const onBegan = (what: string): void => {
    const [key = '', attempt = ''] = what.split(' ');
    began.set(key, (began.get(key) ?? 0) + 1);
    if (key === held && Number(attempt) > 1 && elsewhere === 0)
      elsewhere = performance.now() - died;
  };
  const [last, ...workers] = mesh.workers;
  if (last === undefined) throw new Error('no worker');
  const holds = new Promise<string>((resolve) => {
    void orderAll([last], [{ kind: 'hold' }], (what) => resolve(what.split(' ')[0] ?? ''));
  });
  held = await holds;
  began.set(held, 1);
  last.kill('SIGKILL');
  died = performance.now();
  void orderAll(
    workers,
    workers.map(() => ({ kind: 'work' })),
    onBegan,
  );
  const end = performance.now() + LONGEST_MS;
  while (elsewhere === 0 && performance.now() < end) await pause(20);
  const started = performance.now();
  writePages(place, 1, TASKS);
  const committed = await judgeAll(place);
  const took = performance.now() - started;
  const counts = [...committed.values()];
  const never = TASKS - [...began.keys()].length;
  return [
    figure(`${TASKS} tasks from page to page`, ms(took), `${((TASKS / took) * 1000).toFixed(0)}/s`),
    exactly('tasks committed more than once', counts.filter((count) => count > 1).length),
    exactly('tasks never begun', never),
    exactly('orphans', TASKS - committed.size),
    {
      ...figure(
        'from a death to the task running elsewhere',
        ms(elsewhere),
        `lease ${ms(LEASE_MS)}`,
      ),
      ratio: `${(elsewhere / LEASE_MS).toFixed(2)}x`,
    },
  ];
}

/** Commits what has come home, until all is done. @returns how often each was committed. */
async function judgeAll({ workspace }: Place): Promise<ReadonlyMap<string, number>> {
  const committed = new Map<string, number>();
  const end = performance.now() + LONGEST_MS;
  const outbox = new Outbox(workspace);
  while (committed.size < TASKS && performance.now() < end) {
    outbox.look();
    const home = [...outbox.pages.values()].filter(({ state }) => state === 'pending_review');
    if (home.length > 0)
      workspace.commit((view) => {
        const changes = home.flatMap((page) => {
          const { node = '', package: packed = '' } = page;
          const next = { state: 'completed', node, runId: 'R', package: packed } as const;
          return pageChange(view, page, next).changes;
        });
        return { actor: { kind: 'nocturne', name: 'bench' }, runId: '', reason: 'judged', changes };
      });
    for (const { task } of home) committed.set(task, (committed.get(task) ?? 0) + 1);
    await pause(2_000);
  }
  return committed;
}

function writePages({ root }: Place, from: number, to: number): void {
  mkdirSync(join(root, 'mesh/outbox'), { recursive: true });
  for (let i = from; i < to; i++)
    writeFileSync(
      join(root, `mesh/outbox/task-${i}.md`),
      `---\ntitle: Task ${i}\nproject: pages\nwrites: ["outputs/**"]\n---\n\nWrite it.\n`,
    );
}

function meshPage({ url, roster }: BenchMesh): string {
  const peers = roster.nodes
    .filter(({ id }) => id !== 'lead')
    .map(({ id, key }) => `| ${id} | ${key} | propose, work | - |`);
  return `# Mesh

## Settings

- **Node:** lead
- **Url:** ${url}
- **Tags:** -
- **Capacity:** 0

## Peers

| Node | Key | May | Tools |
|---|---|---|---|
${peers.join('\n')}
`;
}

function figure(name: string, value: string, against: string): Result {
  return { name, figure: value, against, ratio: '-', limit: '-', met: undefined };
}

function exactly(name: string, seen: number): Result {
  return {
    name,
    figure: String(seen),
    against: `${TASKS}`,
    ratio: '-',
    limit: '0',
    met: seen === 0,
  };
}
