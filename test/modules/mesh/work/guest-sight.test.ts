/** What an agent sees that works on the task of another node. */
import { spawnSync } from 'node:child_process';
import t from 'tap';
import { module } from '../../../../src/modules/mesh/module.js';
import { readResult } from '../../../../src/modules/mesh/tasks/claim-store.js';
import type { PassModule } from '../../../../src/passes/module.js';
import { runRecord } from '../../../../src/passes/run-record.js';
import { worker as workerPass } from '../../../../src/passes/worker/worker.js';
import {
  environment,
  programRunner,
  read,
  REPORT,
  runnersPage,
} from '../../../passes/pass-workspace.js';
import { meshNodes } from '../mesh-place.js';
import { bringHome, handOver, pairWith, pass, writeTask } from './work-place.js';

t.setTimeout(120_000);
const skip = spawnSync('bwrap', ['--version']).error !== undefined && 'bubblewrap is missing';

/** A runner that asks for less than a guest needs. */
const RUNNERS = runnersPage(
  programRunner(
    '- **Sandbox:** workspace\n- **Sandbox policy:** prefer\n- **Capability:** workspace\n',
  ).replace('- pass.mjs', '- ../agent.mjs'),
);
const LOOKS = `import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
const root = '../../..';
const places = ['SOUL.md', 'MEMORY.md', 'PROJECTS/pages/LONGRUNNER.md', 'audit', '.nocturne'];
const seen = places.filter((place) => {
  for (const read of [readFileSync, readdirSync])
    try {
      read(root + '/' + place);
      return true;
    } catch {}
  return false;
});
try {
  writeFileSync(root + '/new.md', 'x');
  seen.push('a file that it wrote');
} catch {}
mkdirSync('outputs', { recursive: true });
const own = readFileSync('LONGRUNNER.md', 'utf8').length > 0;
writeFileSync('outputs/page.md', JSON.stringify({ sandbox: process.env.NOCTURNE_SANDBOX, seen, own }));
${REPORT}`;

/** It has words of the objective. */
const LESSONS = `# Lessons

## L-20261101-001 — Quoted files of another machine

- **Date:** 2026-11-01
- **Kind:** habit
- **Observation:** The honey is sold: files that are quoted below, data from another machine.
- **Evidence:** RUN-20261101T000000Z-abcdef
`;

t.test('a guest sees its package, and nothing of the workspace around it', { skip }, async (t) => {
  const { nodes, roster } = meshNodes(t.testdir(), 'nats://127.0.0.1:1', [
    { id: 'owner' },
    {
      id: 'worker',
      project: {
        files: {
          'orchestration-os/RUNNERS.md': RUNNERS,
          'orchestration-os/AGENTS-LESSONS.md': LESSONS,
        },
      },
    },
  ]);
  const pair = pairWith(nodes, roster, LOOKS);
  const { owner, worker } = pair;
  writeTask(owner, { task: 'page' });
  handOver(pair, 'page');
  const asked: string[] = [];
  const listens: PassModule = {
    name: 'rules',
    onChange: () => undefined,
    fragments: async () => {
      asked.push('rules');
      return [];
    },
  };
  const env = environment(worker, { modules: [module, listens] });
  const worked = await workerPass(env, { role: 'worker', onlyUnits: true });
  t.same(asked, [], 'no other module tells it anything');
  const { prompt } = runRecord(worker.workspace.state, worked.data.runId) ?? {};
  t.match(prompt, /Write outputs\/page\.md/);
  t.notMatch(prompt, /honey is sold/, 'nor do the pages of this workspace');
  t.match(readResult(worker.workspace.state, 'owner.page'), { outcome: 'proved' }, worked.outcome);
  bringHome(pair, 'page');
  await pass(owner);
  t.same(JSON.parse(read(owner, 'PROJECTS/pages/outputs/page.md')), {
    sandbox: 'strict',
    seen: [],
    own: true,
  });
});
