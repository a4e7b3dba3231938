/** Change sets of another node that are really judged and committed: copy, guard, criteria, logs. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '../src/kernel/hash.js';
import { logLines, rowOf } from '../src/modules/mesh/log/log-lines.js';
import { module } from '../src/modules/mesh/module.js';
import { writeArrival } from '../src/modules/mesh/tasks/claim-store.js';
import { taskFile } from '../src/modules/mesh/tasks/task-page.js';
import { signValue } from '../src/modules/mesh/wire/jws.js';
import { driveMesh } from '../src/modules/mesh/work/drive-mesh.js';
import { keepObject } from '../src/modules/mesh/work/kept-objects.js';
import { packTask } from '../src/modules/mesh/work/pack.js';
import { pageOf, type Pair, pairOf, put } from '../test/modules/mesh/work/work-place.js';
import { environment } from '../test/passes/pass-workspace.js';
import { type Bench, ms } from './result.js';

const COUNT = Number(process.env['NOCTURNE_CHANGE_SETS'] ?? 1000);
const LANES = 8;

export const meshHome: Bench = {
  name: 'mesh-home',
  async run(directory) {
    const pair = pairOf(directory, '');
    for (let i = 0; i < COUNT; i++) arrived(pair, `task-${i}`);
    const { owner } = pair;
    const wait = (time: number): Promise<void> => new Promise((done) => setTimeout(done, time));
    const start = performance.now();
    let judged = 0;
    await driveMesh(environment(owner, { modules: [module], wait }), {
      lanes: LANES,
      onPass: () => {
        if (++judged % 100 === 0) process.stderr.write(`${judged} of ${COUNT} ...\n`);
      },
    });
    const taken = performance.now() - start;
    const rows = logLines(owner.root).map(rowOf);
    const committed = rows.filter(({ event }) => event === 'committed');
    const files = committed.filter(({ task }) =>
      existsSync(join(owner.root, `PROJECTS/pages/outputs/${task.slice('owner.'.length)}.md`)),
    );
    const isWhole = new Set(committed.map(({ task }) => task)).size === COUNT;
    return [
      {
        name: `${COUNT} change sets, judged and committed`,
        figure: ms(taken),
        against: `${ms(taken / COUNT)} each, ${LANES} at once`,
        ratio: '-',
        limit: `${COUNT} once each`,
        met: isWhole && committed.length === COUNT && files.length === COUNT,
      },
    ];
  },
};

/** A task that another node has done. */
function arrived({ owner, worker }: Pair, task: string): void {
  const path = `outputs/${task}.md`;
  const page = (more: string): string => `---
title: Write ${task}
project: pages
writes: ["${path}"]
produces: ["${path}"]
${more}---

Write ${path}.

\`\`\`yaml criteria
- matches: { in: "${path}", pattern: "^# ${task}$" }
\`\`\`
`;
  put(owner, taskFile(task), page(''));
  const { state } = owner.workspace;
  const packed = packTask(owner.workspace.snapshot(), pageOf(owner, task), owner.identity);
  keepObject(state, packed.text);
  put(
    owner,
    taskFile(task),
    page(`state: pending_review\nattempt: 1\nnode: worker\npackage: ${packed.hash}\n`),
  );
  const content = Buffer.from(`# ${task}\n`);
  const set = {
    owner: 'owner',
    task,
    attempt: 1,
    package: packed.hash,
    runId: 'RUN-20261121-001',
    summary: 'Done.',
    changes: [
      {
        path,
        after: { sha256: sha256(content), mode: 0o644 },
        content: content.toString('base64'),
      },
    ],
    head: '0',
    minutes: 1,
  };
  const changeSet = signValue('change-set', worker.identity, set);
  writeArrival(state, {
    task,
    attempt: 1,
    from: 'worker',
    package: packed.hash,
    changeSet,
    sha256: sha256(changeSet),
  });
}
