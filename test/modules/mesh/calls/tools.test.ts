/** Tools and searches of another workspace, over a real server. */
import t from 'tap';
import type { Asking } from '../../../../src/modules/mesh/calls/calls.js';
import { NO_SERVER } from '../nats-server.js';
import { callingMesh, editPage, meshRows } from './calling-mesh.js';

t.setTimeout(120_000);

function toolCall(tool: string, args: object, more: Partial<Asking> = {}): Asking {
  return { kind: 'tool', body: { tool, args }, idleMs: 20_000, totalMs: 60_000, ...more };
}

t.test(
  'a tool is called if its row names it, and not otherwise',
  { skip: NO_SERVER },
  async (t) => {
    const { nodes } = await callingMesh(t, [{ id: 'lead' }, { id: 'left' }]);
    const [lead, left] = nodes;
    if (lead === undefined || left === undefined) throw new Error('two nodes');
    const before = await lead.calls.ask('left', toolCall('read', { path: 'MEMORY.md' }));
    t.match(before, { kind: 'refused', code: 'not-allowed', why: /may not call the tool read/ });
    editPage(left.place, (text) => text.replace(/\| - \|$/m, '| read, write, reindex, nothing |'));
    const answered = await lead.calls.ask('left', toolCall('read', { path: 'MEMORY.md' }));
    t.match(answered, { kind: 'answered', node: 'left', value: { text: /Memory/ } });
    t.match(await lead.calls.ask('left', toolCall('query', { object: 'PROJECT' })), {
      kind: 'refused',
      code: 'not-allowed',
    });
    t.match(await lead.calls.ask('left', toolCall('nothing', {})), { code: 'not-found' });
    t.match(
      await lead.calls.ask('left', toolCall('write', { path: 'MEMORY.md', content: 'mine' })),
      { kind: 'failed', code: 'refused', why: /no-token/ },
      'a guest only reads, whatever its row names',
    );
    t.match(await lead.calls.ask('left', toolCall('reindex', {})), { code: 'refused' });
    t.match(
      left.place.workspace.snapshot().text('audit/audit-log.md') ?? JSON.stringify(auditOf(left)),
      /mesh.*lead|lead.*mesh/s,
      'the refusal is on record, with who asked',
    );
    t.match(
      meshRows(left.place).map(({ event, why }) => `${String(event)} ${String(why)}`),
      [/^call-refused not-allowed/, /^call-taken tool/, /^call-done/],
    );
    t.match(
      meshRows(lead.place).map(({ event }) => event),
      ['call-sent', 'call-not-answered', 'call-sent', 'call-answered'],
    );
  },
);

function auditOf({
  place,
}: {
  readonly place: { readonly workspace: { snapshot(): unknown } };
}): unknown {
  const snapshot = place.workspace.snapshot() as {
    rows(object: string): Iterable<{ fields: Map<string, { value: string }> }>;
  };
  return [...snapshot.rows('AUDIT')].map((row) =>
    Object.fromEntries([...row.fields].map(([k, v]) => [k, v.value])),
  );
}
