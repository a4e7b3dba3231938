/** The lease is the owner's own clock, and what one node says costs only itself. */
import t from 'tap';
import type { Heard } from '../../../../src/modules/mesh/node/live-node.js';
import { HeardClaims } from '../../../../src/modules/mesh/tasks/heard-claims.js';

const heard = (seq: number, tasks: readonly string[]): ReadonlyMap<string, Heard> => {
  const running = tasks.map((task) => ({ owner: 'lead', task, attempt: 1 }));
  const announcement = { session: 'a', seq, running } as unknown as Heard['announcement'];
  return new Map([['noisy', { announcement, heardAt: 0 }]]);
};

t.test('a node that names more and more claims makes its owner forget the oldest', (t) => {
  const claims = new HeardClaims('lead', 0);
  const good = { node: 'good', task: 'real', attempt: 1 };
  const { announcement } = heard(1, ['real']).get('noisy') as Heard;
  claims.look(new Map([['good', { announcement, heardAt: 0 }]]), 100, 1e9);
  for (let seq = 1; seq <= 10; seq++)
    claims.look(
      heard(
        seq,
        Array.from({ length: 500 }, (_, at) => `t${seq}-${at}`),
      ),
      100 * seq,
      1e9,
    );
  const unheard = (task: string): number =>
    claims.unheard({ node: 'noisy', task, attempt: 1 }, 0, 2_000);
  t.equal(unheard('t10-0'), 1_000);
  t.equal(unheard('t9-0'), 1_100, 'a thousand are remembered');
  t.equal(unheard('t8-499'), 2_000, 'no more');
  t.equal(claims.unheard(good, 0, 2_000), 1_900, 'those of another node are all there');
  claims.forget('t10-0');
  t.equal(unheard('t10-0'), 2_000);
  t.end();
});
