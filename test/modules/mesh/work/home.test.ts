/** Work of another node, from its package to the owner's files. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { meshEvents } from '../../../../src/modules/mesh/log/mesh-log.js';
import { readResult } from '../../../../src/modules/mesh/tasks/claim-store.js';
import { read, REPORT, WRITES_PAGE } from '../../../passes/pass-workspace.js';
import { bringHome, handOver, pageOf, pairOf, pass, writeTask } from './work-place.js';

t.setTimeout(120_000);
const skip = spawnSync('bwrap', ['--version']).error !== undefined && 'bubblewrap is missing';

t.test('a task goes out, is worked on in a governed pass, and comes home', { skip }, async (t) => {
  const pair = pairOf(t.testdir(), `${WRITES_PAGE}\n${REPORT}`);
  const { owner, worker } = pair;
  writeTask(owner, { task: 'page', more: 'produces: ["outputs/page.md"]\n' });
  const packed = handOver(pair, 'page');
  const worked = await pass(worker);
  t.equal(worked.data.unit, 'mesh/guest/owner.page/1', worked.outcome);
  t.match(readResult(worker.workspace.state, 'owner.page'), { outcome: 'proved', package: packed });
  t.notOk(existsSync(join(worker.root, 'PROJECTS/mesh-guest/owner.page')), 'nothing is left there');
  bringHome(pair, 'page');
  const judged = await pass(owner);
  t.equal(judged.data.unit, 'mesh/home/page/1', judged.outcome);
  t.match(read(owner, 'PROJECTS/pages/outputs/page.md'), '- name: one');
  t.match(pageOf(owner, 'page'), { state: 'completed', attempt: 1, node: 'worker' });
  t.match(read(owner, 'mesh/inbox/page-1-completed.md'), 'outputs/page.md');
  const [row] = meshEvents(owner.workspace.snapshot());
  t.match(row, { event: 'committed', node: 'worker', task: 'owner.page', attempt: 1, head: '0' });
  const [own] = meshEvents(worker.workspace.snapshot());
  t.match(own, { event: 'worked', node: 'owner', task: 'owner.page', hash: row?.hash });
  const again = await pass(owner);
  t.match(again, { outcome: 'nothing to do' });
});
