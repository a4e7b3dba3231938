/** Change sets of another node that are really judged and committed: copy, guard, criteria, logs. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { verifyGate } from '../src/integrity/gate.js';
import { sha256 } from '../src/kernel/hash.js';
import { logLines, rowOf } from '../src/modules/mesh/log/log-lines.js';
import { module } from '../src/modules/mesh/module.js';
import { arrivedTasks, writeArrival } from '../src/modules/mesh/tasks/claim-store.js';
import { taskFile, taskPage } from '../src/modules/mesh/tasks/task-page.js';
import { signValue } from '../src/modules/mesh/wire/jws.js';
import { driveMesh } from '../src/modules/mesh/work/drive-mesh.js';
import { keepObject } from '../src/modules/mesh/work/kept-objects.js';
import { packTask } from '../src/modules/mesh/work/pack.js';
import { tidy } from '../src/modules/mesh/work/tidy.js';
import { fieldText } from '../src/project/field-text.js';
import { livePasses } from '../src/workspace/pass-lock.js';
import { type Pair, pairOf, put } from '../test/modules/mesh/work/work-place.js';
import type { Snapshot } from '../src/workspace/types.js';
import { environment } from '../test/passes/pass-workspace.js';
import { type Bench, ms } from './result.js';

const COUNT = Number(process.env['NOCTURNE_CHANGE_SETS'] ?? 1000);
const LANES = 16;
const MOST_SHOWN = 20;

export const meshHome: Bench = {
  name: 'mesh-home',
  async run(directory) {
    const pair = pairOf(directory, '');
    const { owner } = pair;
    const tasks = Array.from({ length: COUNT }, (_, i) => `task-${i}`);
    for (const task of tasks) put(owner, taskFile(task), pageText(task, ''));
    const snapshot = owner.workspace.snapshot();
    for (const task of tasks) arrived(pair, snapshot, task);
    const wait = (time: number): Promise<void> => new Promise((done) => setTimeout(done, time));
    const start = performance.now();
    const before = process.cpuUsage();
    let judged = 0;
    await driveMesh(environment(owner, { modules: [module], wait }), {
      lanes: LANES,
      onPass: () => {
        if (++judged % 100 === 0) process.stderr.write(`${judged} of ${COUNT} ...\n`);
      },
    });
    const taken = performance.now() - start;
    const { user, system } = process.cpuUsage(before);
    tidy(owner.workspace);
    const wrong = wrongIn(owner, tasks);
    for (const line of wrong.slice(0, MOST_SHOWN)) process.stderr.write(`${line}\n`);
    return [
      {
        name: `${COUNT} change sets, judged and committed`,
        figure: ms(taken),
        against: `${ms(taken / COUNT)} each, ${LANES} at once; ${ms((user + system) / 1000 / COUNT)} of processor each`,
        ratio: '-',
        limit: `${COUNT} once each`,
        met: wrong.length === 0,
      },
    ];
  },
};

/** One sentence for each: committed once, and nothing is left over or broken. */
function wrongIn({ root, home, workspace }: Pair['owner'], tasks: readonly string[]): string[] {
  const snapshot = workspace.snapshot();
  const committed = logLines(root)
    .map(rowOf)
    .filter(({ event }) => event === 'committed')
    .map(({ task }) => task);
  const results = snapshot
    .records('MESH-RESULT')
    .filter((result) => fieldText(result, 'state') === 'completed')
    .map((result) => fieldText(result, 'task'));
  const times = countsOf(committed);
  const told = countsOf(results);
  const left = [
    ...arrivedTasks(workspace.state).map((task) => `the change set of ${task} is still here`),
    ...livePasses(root, workspace.clock).map(({ runId }) => `${runId} has not ended`),
    ...(committed.length > tasks.length ? ['more was committed than was asked for'] : []),
  ];
  const wrong = tasks.flatMap((task) => {
    const { state, why } = taskPage(snapshot, task) ?? {};
    const isThere = existsSync(join(root, `PROJECTS/pages/outputs/${task}.md`));
    const counts = [times.get(`owner.${task}`), told.get(task)];
    return state === 'completed' && isThere && counts.every((count) => count === 1)
      ? []
      : [
          `${task} is ${state} (${why}), committed and told ${counts.join(' and ')} times, ${isThere}`,
        ];
  });
  return [...wrong, ...left, ...verifyGate(root, home).findings.map(({ message }) => message)];
}

function countsOf(names: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

function pageText(task: string, more: string): string {
  const path = `outputs/${task}.md`;
  return `---
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
}

/** A task that another node has done. */
function arrived({ owner, worker }: Pair, snapshot: Snapshot, task: string): void {
  const path = `outputs/${task}.md`;
  const { state } = owner.workspace;
  const page = taskPage(snapshot, task);
  if (page === undefined) throw new Error(`no page of ${task}`);
  const packed = packTask(snapshot, page, owner.identity);
  keepObject(state, packed.text);
  const more = `state: pending_review\nattempt: 1\nnode: worker\npackage: ${packed.hash}\n`;
  put(owner, taskFile(task), pageText(task, more));
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
