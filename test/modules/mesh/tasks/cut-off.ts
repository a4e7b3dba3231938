/** One story: a worker is cut off past its lease, works on, and comes back. */
import type t from 'tap';
import { readArrival, readResult } from '../../../../src/modules/mesh/tasks/claim-store.js';
import type { Mesh, MeshNode } from '../mesh-place.js';
import { until } from '../until.js';
import { writeTask } from '../work/work-place.js';
import {
  claimsOf,
  complete,
  pageNow,
  recordNow,
  SHORT_LEASE,
  start,
  untilClaimed,
  untilState,
  work,
} from './task-place.js';

type Story = {
  readonly mesh: Mesh;
  /** Starts the first worker behind the wire. */
  readonly startFirst: (first: MeshNode) => void;
  readonly cut: () => void;
  readonly heal: () => void;
};

export async function isCutOff(
  test: Pick<typeof t, 'match' | 'equal' | 'teardown'>,
  { mesh, startFirst, cut, heal }: Story,
): Promise<void> {
  const [owner, first, second] = mesh.nodes as [MeshNode, MeshNode, MeshNode];
  start(test, { mesh, node: owner }, { parts: SHORT_LEASE });
  startFirst(first);
  writeTask(owner, { task: 'page' });
  await untilClaimed(first, 'lead.page');
  await untilState(owner, 'page', 'claimed');
  cut();
  work(first, 'lead.page');
  start(test, { mesh, node: second });
  await untilClaimed(second, 'lead.page', 2);
  work(second, 'lead.page');
  await untilState(owner, 'page', 'pending_review');
  test.equal(claimsOf(first).length, 1, 'it knows nothing of that');
  heal();
  await until(
    () => [...claimsOf(first), readResult(first.workspace.state, 'lead.page')],
    ([claim, result]) => claim === undefined && result === undefined,
  );
  test.match(readArrival(owner.workspace.state, 'page'), { from: 'second', attempt: 2 });
  test.match(await recordNow(mesh, owner, 'lead.page'), { record: { node: 'second', attempt: 2 } });
  complete(owner, 'page');
  test.match(pageNow(owner, 'page'), { state: 'completed', node: 'second', attempt: 2 });
}
