/** A node asks an agent of another one: a governed pass there, followed and answered over the mesh. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { module } from '../../../../src/modules/mesh/module.js';
import { makeGuestProject } from '../../../../src/modules/mesh/work/guest-project.js';
import type { Asking } from '../../../../src/modules/mesh/calls/calls.js';
import type { PassReport } from '../../../../src/passes/pass-facts.js';
import { driveMesh } from '../../../../src/modules/mesh/work/drive-mesh.js';
import { environment, programRunner, runnersPage } from '../../../passes/pass-workspace.js';
import type { MeshNode } from '../mesh-place.js';
import { NO_SERVER } from '../nats-server.js';
import {
  type Connected,
  callingMesh,
  connected,
  meshRows,
  type Scope,
  until,
} from './calling-mesh.js';

t.setTimeout(120_000);

/** As the detector knows them. */
const KEY = `ghp_${'a1B2'.repeat(9)}`;
const REPORTS = `import { writeFileSync } from 'node:fs';
console.log('looking at the logs');
console.log('the key is ${KEY}');
writeFileSync('report.md', '# Two errors\\n\\nBoth at night.\\n');
console.log('\`\`\`nocturne-report\\nsummary: found two errors\\noutputs: [report.md]\\n\`\`\`');
`;
const WAITS = `console.log('it waits');\nsetInterval(() => undefined, 1000);\n`;

function question(more: Partial<Asking> = {}): Asking {
  const body = { objective: 'What do the logs say?' };
  return { kind: 'ask', body, idleMs: 30_000, totalMs: 90_000, ...more };
}

async function asking(
  t: Scope,
  agent: string,
): Promise<{ readonly near: Connected; readonly far: Connected; again(): Promise<Connected> }> {
  const page = runnersPage(programRunner().replace('- pass.mjs', '- ../agent.mjs'));
  const files = { 'orchestration-os/RUNNERS.md': page };
  const { mesh, nodes } = await callingMesh(t, [{ id: 'near' }, { id: 'far', project: { files } }]);
  const [near, far] = nodes;
  if (near === undefined || far === undefined) throw new Error('two nodes');
  mkdirSync(join(far.place.root, 'PROJECTS/mesh-guest'), { recursive: true });
  writeFileSync(join(far.place.root, 'PROJECTS/mesh-guest/agent.mjs'), agent);
  makeGuestProject(far.place.workspace, { runner: 'boxed' });
  return { near, far, again: () => connected(mesh, far.place) };
}

/** As `nocturne mesh work` does. */
async function pass(place: MeshNode): Promise<PassReport | undefined> {
  const env = environment(place, { modules: [module] });
  const { reports } = await driveMesh(env, { lanes: 1, onPass: () => undefined });
  return reports[0];
}

t.test('a question on which nobody works says why it waits', { skip: NO_SERVER }, async (t) => {
  const { near } = await asking(t, REPORTS);
  const heard: unknown[] = [];
  const ending = new AbortController();
  const { signal } = ending;
  const asked = near.calls.ask('far', question({ signal, onChunk: (data) => heard.push(data) }));
  await until(() => heard.length === 2);
  t.match(heard, [{ state: 'waiting' }, { why: /no pass has begun there; nocturne mesh work/ }]);
  ending.abort();
  t.match(await asked, { kind: 'cancelled' });
});

t.test(
  'an agent there answers, and its output comes as it works',
  { skip: NO_SERVER },
  async (t) => {
    const { near, far } = await asking(t, REPORTS);
    const heard: unknown[] = [];
    const key = 'the-logs-1';
    const asked = near.calls.ask('far', question({ key, onChunk: (data) => heard.push(data) }));
    await until(() => heard.length > 0);
    const report = await pass(far.place);
    t.match(report?.outcome, /^ADEQUATE/);
    const outcome = await asked;
    t.match(outcome, {
      kind: 'answered',
      missing: [],
      value: { report: '# Two errors\n\nBoth at night.\n', summary: 'found two errors' },
    });
    const states = heard.filter((data) => Object.hasOwn(data as object, 'state'));
    t.match(states, [{ state: 'waiting' }, { state: 'working', runId: /^RUN-/ }]);
    const printed = heard.map((data) => (data as { text?: string }).text ?? '').join('');
    t.match(printed, /looking at the logs/);
    t.notMatch(printed, new RegExp(KEY), 'no credential leaves');
    t.notOk(
      [...far.place.workspace.snapshot().files.keys()].some((path) => path.includes('report.md')),
      'its files are not kept',
    );
    t.match(
      await near.calls.ask('far', question({ key })),
      outcome.kind === 'answered' ? { value: outcome.value } : {},
    );
    t.match(await near.calls.ask('far', question({ key, body: { objective: 'Another one' } })), {
      kind: 'refused',
      code: 'key-reused',
    });
    t.match(await near.calls.ask('far', question({ body: { objective: 'x', agent: 'nobody' } })), {
      kind: 'refused',
      code: 'not-found',
    });
    t.equal(meshRows(far.place).filter(({ event }) => event === 'call-done').length, 2);
  },
);

t.test('a cancelled question ends the pass that works on it', { skip: NO_SERVER }, async (t) => {
  const { near, far } = await asking(t, WAITS);
  const heard: { readonly text?: string }[] = [];
  const ending = new AbortController();
  const asked = near.calls.ask(
    'far',
    question({ signal: ending.signal, onChunk: (data) => heard.push(data as { text?: string }) }),
  );
  await until(() => heard.length > 0);
  const running = pass(far.place);
  await until(() => heard.some(({ text }) => text?.includes('it waits') === true));
  ending.abort();
  t.match(await asked, { kind: 'cancelled' });
  t.match((await running)?.outcome, /^FAIL: cancelled/, 'the agent was ended');
  await until(() => meshRows(far.place).some(({ event }) => event === 'call-done'));
  t.match(meshRows(far.place).at(-1), { event: 'call-done', why: /^cancelled/ });
});

t.test(
  'a question outlives the connection of the node that works on it',
  { skip: NO_SERVER },
  async (t) => {
    const { near, far, again } = await asking(t, REPORTS);
    const key = 'the-logs-2';
    const first = near.calls.ask('far', question({ key }));
    await until(() => meshRows(far.place).some(({ event }) => event === 'call-taken'));
    await far.end();
    t.match(await first, { kind: 'unknown' });
    t.match((await pass(far.place))?.outcome, /^ADEQUATE/);
    const back = await again();
    t.teardown(() => back.end());
    await until(() => near.live.heard().get('far')?.announcement.leaves !== true);
    t.match(await near.calls.ask('far', question({ key })), {
      kind: 'answered',
      value: { summary: 'found two errors' },
    });
    t.equal(await pass(far.place), undefined, 'it is not done again');
  },
);
