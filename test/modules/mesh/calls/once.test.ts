/** A repeated key is carried out once, whatever happens to either side in between. */
import { readdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { CallLog } from '../../../../src/modules/mesh/calls/call-log.js';
import type { Asking } from '../../../../src/modules/mesh/calls/calls.js';
import { partsOf } from '../../../../src/modules/mesh/calls/parcels.js';
import { writeReceipt } from '../../../../src/modules/mesh/calls/receipts.js';
import {
  type CallHandler,
  type Taken,
  TakenCalls,
} from '../../../../src/modules/mesh/calls/taken-calls.js';
import { meshDirectory } from '../../../../src/modules/mesh/identity.js';
import { NO_SERVER } from '../nats-server.js';
import { callingMesh, connected, editPage, meshRows, until } from './calling-mesh.js';
import { type Mesh, type MeshNode, meshOf } from '../mesh-place.js';
import { scriptedNode } from './scripted-node.js';

t.setTimeout(120_000);

t.test('the answer of a key outlives the node that gave it', { skip: NO_SERVER }, async (t) => {
  const { mesh, nodes } = await callingMesh(t, [{ id: 'near' }, { id: 'far' }]);
  const [near, far] = nodes;
  if (near === undefined || far === undefined) throw new Error('two nodes');
  editPage(far.place, (text) => text.replace(/\| - \|$/m, '| search |'));
  const ask = (more: Partial<Asking> = {}) => {
    const body = { tool: 'search', args: { pattern: 'Write the page', glob: 'PROJECTS/**' } };
    return near.calls.ask('far', {
      ...{ kind: 'tool', body, key: 'search-once', idleMs: 20_000, totalMs: 60_000 },
      ...more,
    });
  };
  const first = await ask();
  if (first.kind !== 'answered') throw new Error(first.why);
  t.match(first.value, { text: /LONGRUNNER.md/ });
  await far.end();
  const folder = join(meshDirectory(far.place.workspace.state), 'receipts/near');
  // A restored copy has other file times.
  for (const name of readdirSync(folder)) utimesSync(join(folder, name), 0, 0);
  far.place.workspace.commit(() => ({
    ...{ actor: { kind: 'owner', name: 'test' }, runId: '', reason: 'a change' },
    changes: [{ kind: 'write', path: 'PROJECTS/pages/more.md', content: 'Write the page\n' }],
  }));
  const again = await connected(mesh, far.place);
  t.teardown(() => again.end());
  await until(() => near.live.heard().get('far')?.announcement.leaves !== true);
  t.match(await ask(), { kind: 'answered', value: first.value }, 'not what it would find now');
  t.match(await ask({ totalMs: 50_000 }), { value: first.value }, 'a deadline changes nothing');
  const other = await ask({ key: 'search-twice' });
  t.match(other, { kind: 'answered', value: { text: /more.md/ } });
  t.match(await ask({ body: { tool: 'search', args: { pattern: 'x' } } }), {
    kind: 'refused',
    code: 'key-reused',
  });
  t.equal(meshRows(far.place).filter(({ event }) => event === 'call-taken').length, 2);
});

type Raw = { readonly from: string; readonly to: TakenCalls; readonly far: MeshNode };

/** The receiver's half alone, fed by hand. */
async function receiver(mesh: Mesh, handler: CallHandler): Promise<Raw> {
  const [near, far] = mesh.nodes;
  if (near === undefined || far === undefined) throw new Error('two nodes');
  const live = await scriptedNode(mesh, far, { script: () => undefined });
  const log = new CallLog(far.workspace, live.say);
  return { from: near.identity.node, to: new TakenCalls(live, { tool: handler }, log), far };
}

function take({ from, to }: Raw, call: string, key: string, body: unknown = {}): void {
  const text = JSON.stringify({ kind: 'tool', key, totalMs: 60_000, body });
  for (const payload of partsOf(call, text)) to.take({ kind: 'call', from, to: 'far', payload });
}

t.test('one key is one piece of work, from several calls', { skip: NO_SERVER }, async (t) => {
  const mesh = await meshOf(t, [{ id: 'near' }, { id: 'far' }]);
  const works: Taken[] = [];
  let finish: (value: string) => void = () => undefined;
  const raw = await receiver(mesh, {
    refusal: () => undefined,
    carryOut(taken) {
      works.push(taken);
      return new Promise((resolve) => (finish = resolve));
    },
  });
  for (const call of ['call-one', 'call-two', 'call-one']) take(raw, call, 'same-key');
  await until(() => works.length > 0);
  take(raw, 'call-three', 'same-key');
  finish('done');
  await until(() => meshRows(raw.far).some(({ event }) => event === 'call-done'));
  take(raw, 'call-four', 'same-key');
  await raw.to.end();
  t.equal(works.length, 1);
});

t.test(
  'what was begun before a crash is unknown, not done again',
  { skip: NO_SERVER },
  async (t) => {
    const mesh = await meshOf(t, [{ id: 'near' }, { id: 'far' }]);
    let works = 0;
    const raw = await receiver(mesh, { refusal: () => undefined, carryOut: async () => ++works });
    take(raw, 'call-zero', 'other-key');
    await raw.to.end();
    t.equal(works, 1);
    const digest = meshRows(raw.far).find(({ event }) => event === 'call-taken')?.['hash'];
    writeReceipt(raw.far.workspace.state, raw.from, { key: 'crashed-key', digest: String(digest) });
    take(raw, 'call-next', 'crashed-key');
    await raw.to.end();
    t.equal(works, 1);
  },
);
