/**
 * Three machines with owners of their own, over a real server with TLS: tasks are files on one,
 * governed passes on the others, and files again.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import t from 'tap';
import { logLines, rowOf } from '../../../../src/modules/mesh/log/log-lines.js';
import { keptRoster } from '../../../../src/modules/mesh/roster.js';
import { REPORT } from '../../../passes/pass-workspace.js';
import { joinedProcess, leadProcess, type MeshProcess } from '../mesh-process.js';
import { freePort, NO_SERVER } from '../nats-server.js';
import { GUEST_RUNNERS } from './work-place.js';

t.setTimeout(400_000);
const NO_SANDBOX = spawnSync('bwrap', ['--version']).error !== undefined && 'no bubblewrap';

/** Writes `outputs/TASK.md` in the folder `OWNER.TASK` in which it works. */
const AGENT = `import { mkdirSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
const task = basename(process.cwd()).split('.')[1];
mkdirSync('outputs', { recursive: true });
writeFileSync('outputs/' + task + '.md', '# Page\\n\\n## Entries\\n\\n- name: ' + task + '\\n');
${REPORT}`;
const WORKS = {
  'orchestration-os/RUNNERS.md': GUEST_RUNNERS,
  'PROJECTS/mesh-guest/agent.mjs': AGENT,
};
const TASKS = ['first', 'second', 'third', 'fourth'];

async function untilSo(isSo: () => boolean, what: () => string): Promise<void> {
  for (const end = Date.now() + 150_000; !isSo(); ) {
    if (Date.now() > end) throw new Error(`it did not come to this: ${what()}`);
    await new Promise((done) => setTimeout(done, 200));
  }
}

function put({ root }: MeshProcess, path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

const taskText = (task: string, project = 'pages'): string => `---
title: Write the page ${task}
project: ${project}
writes: ["outputs/**"]
produces: ["outputs/${task}.md"]
---

Write outputs/${task}.md with one entry.

\`\`\`yaml criteria
- entries: { in: "outputs/${task}.md", under: "## Entries", at_least: 1, each_has: [name] }
\`\`\`
`;

/** The owner of the machine chooses who works on tasks of others. */
function chooseRunner(node: MeshProcess): void {
  const path = join(node.root, 'PROJECTS/mesh-guest/LONGRUNNER.md');
  writeFileSync(path, readFileSync(path, 'utf8').replace('runner: null', 'runner: boxed'));
}

async function allow(node: MeshProcess, other: string, word: string): Promise<void> {
  const { exit, text } = await node.run('mesh', 'allow', other, word, '--yes');
  if (exit !== 0) throw new Error(text);
}

const stateOf = ({ root }: MeshProcess, task: string): string =>
  /^state: (\S+)/m.exec(readFileSync(join(root, `mesh/outbox/${task}.md`), 'utf8'))?.[1] ?? '';
const rowsOf = ({ root }: MeshProcess, event: string): number =>
  logLines(root).filter((line) => rowOf(line).event === event).length;

t.test(
  'tasks go out as files, are worked on by two machines, and come home as files',
  { skip: NO_SERVER || NO_SANDBOX },
  async (t) => {
    // Without one before it, tap removes the fixture before the nodes have ended.
    t.teardown(() => undefined);
    const folder = t.testdir();
    const lead = await leadProcess(t, folder, await freePort(), WORKS);
    const owner = await joinedProcess(t, { lead, folder, name: 'owner' });
    const helper = await joinedProcess(t, { lead, folder, name: 'helper', files: WORKS });
    const made = await owner.run(
      'project',
      'new',
      'pages',
      '--mission',
      'Pages',
      '--kind',
      'write',
    );
    t.equal(made.exit, 0, made.text);
    await lead.stop();
    for (const node of [lead, helper]) chooseRunner(node);
    await lead.serve('mesh', 'work');
    await Promise.all([owner.serve('mesh', 'work'), helper.serve('mesh', 'work')]);
    const said = (): string =>
      [lead, owner, helper].map((node) => `${node.name}:\n${node.said}`).join('\n');
    await untilSo(() => keptRoster(owner.state)?.nodes.length === 3, said);
    for (const node of [lead, helper]) {
      await allow(node, 'owner', 'propose');
      await allow(owner, node.name, 'work');
    }
    for (const task of TASKS) put(owner, `mesh/outbox/${task}.md`, taskText(task));
    put(owner, 'mesh/outbox/wrong.md', taskText('wrong', 'nowhere'));
    await untilSo(
      () => TASKS.every((task) => stateOf(owner, task) === 'completed'),
      () => `${TASKS.map((task) => `${task} ${stateOf(owner, task)}`).join(', ')}\n${said()}`,
    );
    t.equal(stateOf(owner, 'wrong'), 'rejected', 'a task that cannot be is refused');
    for (const task of TASKS) {
      t.match(
        readFileSync(join(owner.root, `PROJECTS/pages/outputs/${task}.md`), 'utf8'),
        `- name: ${task}`,
      );
      t.ok(
        existsSync(join(owner.root, `mesh/inbox/${task}-1-completed.md`)),
        `${task} is told: ${said()}`,
      );
    }
    for (const node of [lead, helper])
      t.notOk(
        readdirSync(join(node.root, 'PROJECTS/mesh-guest')).some((name) => name.includes('.first')),
        `nothing of it stays on ${node.name}`,
      );
    await untilSo(() => rowsOf(owner, 'confirmed') === TASKS.length, said);
    t.equal(rowsOf(owner, 'committed'), TASKS.length, 'each was committed once');
    t.equal(rowsOf(lead, 'worked') + rowsOf(helper, 'worked'), TASKS.length);
    t.ok(rowsOf(lead, 'worked') > 0 && rowsOf(helper, 'worked') > 0, `both have worked: ${said()}`);
    for (const [node, other] of [
      [owner, lead],
      [owner, helper],
      [lead, owner],
      [helper, owner],
    ] as const) {
      const { exit, text, json } = await node.run('audit', 'verify', '--with', other.name);
      t.equal(exit, 0, `${node.name} with ${other.name}: ${text}`);
      t.match(json['with'], { findings: [] });
    }
    for (const node of [lead, owner, helper]) {
      const gate = await node.run('gate');
      t.equal(gate.exit, 0, `the gate of ${node.name}: ${gate.text}`);
    }
  },
);
