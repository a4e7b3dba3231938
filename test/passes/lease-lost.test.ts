/** A pass that another one has taken for crashed ends without touching the workspace. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import t from 'tap';
import { emptyReport } from '../../src/agents/parse-report.js';
import type { RunnerKind } from '../../src/agents/runner-for.js';
import { NO_USAGE } from '../../src/agents/types.js';
import { manager } from '../../src/passes/manager/manager.js';
import type { PassModule } from '../../src/passes/module.js';
import { worker } from '../../src/passes/worker/worker.js';
import { openWorkspace } from '../../src/workspace/open-workspace.js';
import { environment, placeWithProject, read, REPORT, runnersPage } from './pass-workspace.js';

t.setTimeout(120_000);

t.test(
  'a slow pass in place whose claim has expired undoes nothing of the passes after it',
  async (t) => {
    const { root, home } = placeWithProject(t.testdir(), REPORT, {
      runner: 'boxed',
      stop: '- file_exists: never.md',
      files: { 'orchestration-os/RUNNERS.md': runnersPage('- **Kind:** slow\n') },
    });
    let now = Date.parse('2026-11-21T01:00:00Z');
    const workspace = openWorkspace(root, { home, clock: { now: () => new Date(now) } });
    const slow: RunnerKind = {
      kind: 'slow',
      program: '',
      make: () =>
        Promise.resolve({
          name: 'slow',
          run: async () => {
            now += 3_600_000;
            const other = await manager(environment({ workspace }), { role: 'manager' });
            t.match(other.outcome, /1 crash/, 'the other pass has recovered it');
            writeFileSync(
              join(root, 'PROJECTS/pages/PHASES.md'),
              '# Phases\n\nMine, since then.\n',
            );
            return {
              kind: 'finished',
              report: emptyReport([]),
              usage: NO_USAGE,
              model: '',
              tail: '',
              detail: '',
            };
          },
        }),
    };
    await t.rejects(worker(environment({ workspace }, { runners: [slow] }), { role: 'worker' }), {
      code: 'LEASE_LOST',
    });
    t.match(read({ root, home, workspace }, 'PROJECTS/pages/PHASES.md'), 'Mine, since then.');
  },
);

t.test('its rules look at nothing, although its agent broke down', async (t) => {
  const { root, home } = placeWithProject(t.testdir(), REPORT, {
    runner: 'boxed',
    stop: '- file_exists: never.md',
    files: { 'orchestration-os/RUNNERS.md': runnersPage('- **Kind:** broken\n') },
  });
  let now = Date.parse('2026-11-21T01:00:00Z');
  const workspace = openWorkspace(root, { home, clock: { now: () => new Date(now) } });
  const page = join(root, 'PROJECTS/pages/outputs/page.md');
  const broken: RunnerKind = {
    kind: 'broken',
    program: '',
    make: () =>
      Promise.resolve({
        name: 'broken',
        run: async () => {
          now += 3_600_000;
          await manager(environment({ workspace }), { role: 'manager' });
          mkdirSync(dirname(page), { recursive: true });
          writeFileSync(page, 'Mine, since then.\n');
          throw new Error('it broke down');
        },
      }),
  };
  let asked = 0;
  const rules: PassModule = {
    name: 'rules',
    onChange: () => undefined,
    examine: () => {
      asked++;
      return Promise.resolve([]);
    },
  };
  const env = environment({ workspace }, { runners: [broken], modules: [rules] });
  await t.rejects(worker(env, { role: 'worker' }), { code: 'LEASE_LOST' });
  t.equal(asked, 0);
});
