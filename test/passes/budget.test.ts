/** T2.5 of real passes: which model tier they get, and how often a day. */
import { readFileSync } from 'node:fs';
import t from 'tap';
import { worker } from '../../src/passes/worker/worker.js';
import { openWorkspace } from '../../src/workspace/open-workspace.js';
import {
  environment,
  longrunnerOf,
  placeWithProject,
  REPORT,
  restsAfter,
  tiersWithIdle,
  trail,
} from './pass-workspace.js';

t.setTimeout(180_000);

const shipped = (path: string): string =>
  readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');

t.test('an idle pass gets the tier idle', async (t) => {
  const place = placeWithProject(t.testdir(), REPORT, {
    files: {
      'ACTIVE-PROJECTS.md': shipped('ACTIVE-PROJECTS.md'),
      'MODEL-TIERS.md': tiersWithIdle(),
    },
  });
  const { runId = '' } =
    (await worker(environment(place), { role: 'worker', runner: 'script' })).data ?? {};
  const rows = trail(place, runId);
  t.match(rows.join('\n'), /^T1\.5 idle \w+ ok$/m);
  t.same(
    rows.filter((row) => row.startsWith('T2.5')),
    ['T2.5 budget idle ok'],
  );
});

t.test('without that tier no idle work begins, and no runner starts', async (t) => {
  const place = placeWithProject(t.testdir(), REPORT, {
    files: { 'ACTIVE-PROJECTS.md': shipped('ACTIVE-PROJECTS.md') },
  });
  const { exit, data } = await worker(environment(place), { role: 'worker', runner: 'script' });
  t.equal(exit, 0);
  const rows = trail(place, data?.runId ?? '');
  t.ok(
    rows.includes('T1.5 idle - skipped') || rows.some((row) => /^T1\.5 idle\s+skipped$/.test(row)),
    rows.join('\n'),
  );
  t.same(
    rows.filter((row) => /^T(?:2|3|4)/.test(row)),
    [],
  );
});

t.test("a tier's limit counts the passes of the owner's day, not of UTC's", async (t) => {
  const longrunner = longrunnerOf({
    title: 'Pages',
    mission: 'Test one pass.',
    objective: 'Write the page.',
    first: 'Write the first page.',
    next: ['runner: script', 'model_tier: heavy', 'writes: ["outputs/**"]'],
  });
  const made = placeWithProject(
    t.testdir(),
    `await import('node:fs').then(({ mkdirSync, writeFileSync }) => { mkdirSync('outputs', { recursive: true }); writeFileSync('outputs/page.md', String(process.hrtime.bigint())); });\n${REPORT}`,
    {
      stop: '- file_exists: outputs/never.md',
      files: {
        'PROJECTS/pages/LONGRUNNER.md': longrunner,
        'USER.md': restsAfter(99).replace(
          '**Time zone:** UTC',
          '**Time zone:** America/Los_Angeles',
        ),
      },
    },
  );
  const clock = { time: new Date(0) };
  const workspace = openWorkspace(made.root, { home: made.home, clock: { now: () => clock.time } });
  const place = { ...made, workspace };
  const tierAt = async (time: string): Promise<string> => {
    clock.time = new Date(time);
    const { runId = '' } = (await worker(environment(place), { role: 'worker' })).data ?? {};
    return (
      trail(place, runId)
        .find((row) => row.startsWith('T2.5 budget'))
        ?.split(' ')[2] ?? 'none'
    );
  };
  // Los Angeles is eight hours behind UTC in winter.
  t.equal(await tierAt('2026-12-02T07:30:00Z'), 'heavy', '23:30 on the 1st');
  t.equal(await tierAt('2026-12-02T08:30:00Z'), 'heavy', '0:30 on the 2nd');
  t.equal(await tierAt('2026-12-02T23:30:00Z'), 'heavy', 'that of the 1st does not count');
  t.equal(
    await tierAt('2026-12-03T01:30:00Z'),
    'standard',
    'the third on the 2nd, whatever UTC says',
  );
  t.equal(await tierAt('2026-12-03T08:30:00Z'), 'heavy', 'the 3rd begins');
});
