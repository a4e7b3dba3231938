/** Which nodes a call goes to, as a table. */
import t from 'tap';
import type { Heard } from '../../../../src/modules/mesh/node/live-node.js';
import { type Route, routeTo, type Routing } from '../../../../src/modules/mesh/calls/route.js';
import type { Roster, RosterNode } from '../../../../src/modules/mesh/roster.js';

const NOW = Date.parse('2026-11-21T22:00:00Z');

type Node = {
  readonly granted?: readonly string[];
  readonly tags?: readonly string[];
  readonly models?: readonly string[];
  readonly running?: number;
  readonly capacity?: number;
  readonly age?: number;
  readonly leaves?: true;
  readonly revoked?: string;
  readonly key?: string;
  readonly isPeer?: false;
  readonly isSilent?: true;
};

const NODES: Readonly<Record<string, Node>> = {
  busy: { granted: ['gpu'], tags: ['gpu'], running: 2, capacity: 2, models: ['big'] },
  calm: { granted: ['gpu', 'cuda'], tags: ['gpu', 'cuda'], running: 1, capacity: 4 },
  liar: { granted: [], tags: ['gpu', 'cuda'], models: ['big'] },
  gone: { granted: ['gpu'], tags: ['gpu'], leaves: true },
  stale: { granted: ['gpu'], tags: ['gpu'], age: 31_000 },
  thief: { granted: ['gpu'], tags: ['gpu'], key: 'another' },
  out: { granted: ['gpu'], tags: ['gpu'], revoked: '2026-11-01T00:00:00Z' },
  stranger: { granted: ['gpu'], tags: ['gpu'], isPeer: false },
  silent: { granted: ['gpu'], tags: ['gpu'], isSilent: true },
};

function routing(more: Partial<Routing> = {}): Routing {
  const nodes = Object.entries(NODES).map(
    ([id, { granted = [], revoked }]): RosterNode => ({
      ...{ id, key: `key of ${id}`, login: '', tags: granted, joined: '' },
      ...(revoked === undefined ? {} : { revoked }),
    }),
  );
  const roster: Roster = { mesh: 'test', lead: 'self', version: 1, nodes };
  const peers = Object.entries(NODES)
    .filter(([, { isPeer }]) => isPeer !== false)
    .map(([node, { key = `key of ${node}` }]) => ({ node, key, may: [], tools: [] }));
  const heard = Object.entries(NODES)
    .filter(([, { isSilent }]) => isSilent !== true)
    .map(([node, at]): readonly [string, Heard] => [node, heardOf(node, at)]);
  return {
    ...{ self: 'self', roster, heard: new Map(heard), now: NOW, ours: () => 0 },
    settings: { node: 'self', url: 'nats://127.0.0.1', tags: [], capacity: 1, peers },
    ...more,
  };
}

function heardOf(node: string, at: Node): Heard {
  const { tags = [], models = [], running = 0, capacity = 1, age = 0, leaves } = at;
  const claims = Array.from({ length: running }, (_, i) => ({
    ...{ owner: 'x', task: `t${i}`, attempt: 1 },
  }));
  const announcement = {
    ...{ node, session: 's', seq: 1, version: '1', time: '', tags, models, tools: [], capacity },
    running: claims,
    ...(leaves === undefined ? {} : { leaves }),
  };
  return { announcement, heardAt: NOW - age };
}

const nodes = (...names: readonly string[]): Route => ({ kind: 'nodes', nodes: names, agent: '' });

t.test('a node is asked if it may be', (t) => {
  t.same(routeTo('busy', routing()), nodes('busy'), 'also a busy one, that was named');
  t.same(routeTo('calm/claude-code', routing()), { ...nodes('calm'), agent: 'claude-code' });
  for (const [target, why] of [
    ['self', /is this node/],
    ['nobody', /not a node of this mesh/],
    ['out', /was revoked/],
    ['thief', /another key/],
    ['stranger', /no row for stranger/],
    ['silent', /nothing was heard of silent$/],
    ['stale', /nothing was heard of stale for 31 s/],
    ['gone', /has left/],
    ['Not A Node', /neither a node/],
    ['tags:', /neither a node/],
  ] as const)
    t.match(routeTo(target, routing()), { kind: 'none', why }, target);
  t.end();
});

t.test('of those with the tags, the least loaded is first', (t) => {
  t.same(routeTo('tags:gpu', routing()), nodes('calm', 'busy'));
  t.same(routeTo('tags:gpu,cuda', routing()), nodes('calm'), 'not one that only claims them');
  t.match(routeTo('tags:fpga', routing()), { kind: 'none', why: /with the tags fpga is alive/ });
  const ours = (node: string): number => (node === 'calm' ? 4 : 0);
  t.same(routeTo('tags:gpu', routing({ ours })), nodes('busy', 'calm'), 'our own calls count');
  t.same(routeTo('any', routing()), nodes('liar', 'calm', 'busy'), 'equal ones by their name');
  t.same(routeTo('any', routing({ model: 'big' })), nodes('liar', 'busy'));
  t.match(routeTo('calm', routing({ model: 'big' })), { why: /does not have the model big/ });
  t.end();
});
