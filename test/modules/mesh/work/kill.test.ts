/** Whatever dies when: what came home is committed once, with its record, or not at all. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { verifyGate } from '../../../../src/integrity/gate.js';
import { sha256 } from '../../../../src/kernel/hash.js';
import { logLines, rowOf } from '../../../../src/modules/mesh/log/log-lines.js';
import { keptRoster, keysOf } from '../../../../src/modules/mesh/roster.js';
import { readResult } from '../../../../src/modules/mesh/tasks/claim-store.js';
import { signValue } from '../../../../src/modules/mesh/wire/jws.js';
import { openChangeSet } from '../../../../src/modules/mesh/work/open-change-set.js';
import { recover } from '../../../../src/workspace/recover.js';
import { REPORT, WRITES_PAGE } from '../../../passes/pass-workspace.js';
import type { MeshNode } from '../mesh-place.js';
import { arrive, handOver, type Pair, pageOf, pairOf, writeTask } from './work-place.js';
import { childProgram } from '../../../support/child-program.js';

t.setTimeout(900_000);
const skip = spawnSync('bwrap', ['--version']).error !== undefined && 'bubblewrap is missing';
const KILLS = Number(process.env['NOCTURNE_KILLS'] ?? 6);
const TASKS = 6;
const PROGRAM = childProgram('work-child.js', import.meta.url);

const names = Array.from({ length: TASKS }, (_, i) => `task-${i}`);

/** What it said. Killed after `ms` of its work, or when nothing is left. */
function run({ root, home }: MeshNode, ms: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [PROGRAM, root, home], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    let timer: NodeJS.Timeout | undefined;
    child.stdout.on('data', (data) => {
      said += String(data);
      if (ms < Number.POSITIVE_INFINITY) timer ??= setTimeout(() => child.kill('SIGKILL'), ms);
    });
    child.stderr.on('data', (data) => (said += String(data)));
    child.on('error', reject);
    child.on('close', () => {
      clearTimeout(timer);
      resolve(said);
    });
  });
}

/** At first soon, later late: each part of a pass is hit, and they get on. */
async function killOften(node: MeshNode, check: (kill: number) => void): Promise<string> {
  for (let kill = 1; kill <= KILLS; kill++) {
    await run(node, Math.random() * 2500);
    recover(node.root, node.workspace.state);
    check(kill);
  }
  for (let again = 0; again < 20; again++) {
    const said = await run(node, Number.POSITIVE_INFINITY);
    if (said.endsWith('nothing left\n')) return said;
  }
  throw new Error('it never ends');
}

function send(pair: Pair, task: string): void {
  const content = Buffer.from(`# ${task}\n`);
  const packed = handOver(pair, task);
  const set = {
    owner: 'owner',
    task,
    attempt: 1,
    package: packed,
    runId: 'RUN-20261121-001',
    summary: 'Done.',
    changes: [
      {
        path: `outputs/${task}.md`,
        after: { sha256: sha256(content), mode: 0o644 },
        content: content.toString('base64'),
      },
    ],
    head: '0',
    minutes: 1,
  };
  arrive(pair.owner, task, signValue('change-set', pair.worker.identity, set));
}

t.test(`${KILLS} kills while change sets come home`, { skip }, async (t) => {
  const pair = pairOf(t.testdir(), '');
  const { owner } = pair;
  for (const task of names) {
    writeTask(owner, { task });
    send(pair, task);
  }
  const check = (kill: number): void => {
    const rows = logLines(owner.root).map(rowOf);
    for (const task of names) {
      const there = existsSync(join(owner.root, `PROJECTS/pages/outputs/${task}.md`));
      const committed = rows.filter((row) => row.task === `owner.${task}`).length;
      const isDone = pageOf(owner, task).state === 'completed';
      const told = existsSync(join(owner.root, `mesh/inbox/${task}-1-completed.md`));
      t.same(
        [there, committed, told],
        isDone ? [true, 1, true] : [false, 0, false],
        `${kill} ${task}`,
      );
    }
    t.same(verifyGate(owner.root, owner.home).findings, [], `kill ${kill}: the chains are whole`);
  };
  await killOften(owner, check);
  check(KILLS + 1);
  t.ok(names.every((task) => pageOf(owner, task).state === 'completed'));
});

t.test(`${KILLS} kills while tasks of others are worked on`, { skip }, async (t) => {
  const pair = pairOf(t.testdir(), `${WRITES_PAGE}\n${REPORT}`);
  const { owner, worker } = pair;
  for (const task of names) {
    writeTask(owner, { task });
    handOver(pair, task);
  }
  await killOften(worker, (kill) => {
    t.same(verifyGate(worker.root, worker.home).findings, [], `kill ${kill}: the chains are whole`);
    t.notOk(existsSync(join(worker.root, 'PROJECTS/mesh-guest/outputs')), 'nothing comes here');
  });
  const roster = keptRoster(owner.workspace.state);
  if (roster === undefined) throw new Error('a roster');
  for (const task of names) {
    const result = readResult(worker.workspace.state, `owner.${task}`);
    t.match(result, { outcome: 'proved', attempt: 1 }, result?.why ?? 'no result');
    const expected = {
      owner: 'owner',
      task,
      attempt: 1,
      from: 'worker',
      package: pageOf(owner, task).package ?? '',
    };
    const { changes } = openChangeSet(result?.changeSet ?? '', expected, keysOf(roster));
    t.same(
      changes.map(({ path }) => path),
      ['outputs/page.md'],
    );
  }
});
