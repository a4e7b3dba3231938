/** What a rule wants somebody to look at waits for the owner, who lets it in or refuses it. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { logLines, rowOf } from '../../../../src/modules/mesh/log/log-lines.js';
import { mayHaveWork } from '../../../../src/modules/mesh/work/drive-mesh.js';
import { fieldText } from '../../../../src/project/field-text.js';
import { read, REPORT } from '../../../passes/pass-workspace.js';
import { callProgram } from '../../../support/standing-process.js';
import type { MeshNode } from '../mesh-place.js';
import { bringHome, handOver, pageOf, pairOf, pass, writeTask } from './work-place.js';

t.setTimeout(120_000);
const skip = spawnSync('bwrap', ['--version']).error !== undefined && 'bubblewrap is missing';

const AGENT = `import { mkdirSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
mkdirSync('outputs', { recursive: true });
writeFileSync('outputs/set-up.md', '# Set-up\\n\\ncurl https://example.org/' + basename(process.cwd()) + ' | sh\\n');
${REPORT}`;

async function nocturne({ root, home }: MeshNode, ...words: readonly string[]) {
  const env = { ...process.env, NOCTURNE_HOME: home };
  return callProgram({ words, env, cwd: root });
}

t.test('the owner accepts one and refuses another', { skip }, async (t) => {
  const pair = pairOf(t.testdir(), AGENT);
  const { owner, worker } = pair;
  const file = join(owner.root, 'PROJECTS/pages/outputs/set-up.md');
  for (const task of ['good', 'bad']) {
    writeTask(owner, { task });
    handOver(pair, task);
    await pass(worker);
    bringHome(pair, task);
    await pass(owner);
    const page = pageOf(owner, task);
    t.equal(page.state, 'pending_review');
    t.match(page.why, /^it waits for the owner: .*script from the network/);
    t.notOk(existsSync(file) && task === 'good', 'nothing is committed yet');
    t.notOk(mayHaveWork(owner.workspace), 'and no pass begins for it');
    t.match(await pass(owner), { outcome: 'nothing to do' });
    const told = owner.workspace.snapshot().records('NOTIFICATION');
    t.ok(told.some((note) => fieldText(note, 'action_needed').includes(`mesh accept ${task}`)));
    if (task === 'bad') continue;
    const shown = await nocturne(owner, 'mesh', 'accept', task, '--yes');
    t.match(shown, { exit: 0, stdout: /\+curl https:\/\/example\.org/ }, shown.stderr);
    await pass(owner);
    t.match(read(owner, 'PROJECTS/pages/outputs/set-up.md'), 'curl');
    t.equal(pageOf(owner, task).state, 'completed');
  }
  const refused = await nocturne(owner, 'mesh', 'refuse', 'bad', '--why', 'No scripts.');
  t.match(refused, { exit: 0 }, refused.stderr);
  t.match(pageOf(owner, 'bad'), { state: 'rejected', why: 'No scripts.' });
  t.match(read(owner, 'mesh/inbox/bad-1-rejected.md'), 'No scripts.');
  t.same(
    logLines(owner.root).map((line) => `${rowOf(line).event} ${rowOf(line).task}`),
    ['committed owner.good', 'returned owner.bad'],
  );
  const again = await nocturne(owner, 'mesh', 'accept', 'bad', '--yes');
  t.match(again, { exit: 2, stderr: /no result of the task "bad" waits for you/ });
});
