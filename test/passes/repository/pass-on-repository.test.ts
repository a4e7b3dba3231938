/** Passes of a project that works on a repository of the owner's. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { Unit, UnitVerdict } from '../../../src/governance/unit.js';
import { conflictFragments } from '../../../src/passes/repository/bring-work-home.js';
import { worker } from '../../../src/passes/worker/worker.js';
import {
  environment,
  type Place,
  placeWithProject,
  REPORT,
  runnersPage,
  trail,
} from '../pass-workspace.js';
import { placeWithSteps, type Step, stepsModule } from '../unit-workspace.js';
import { fingerprint, type Owners, ownersRepository, run } from './owners-repository.js';

t.setTimeout(240_000);
const skip = spawnSync('bwrap', ['--version']).error !== undefined && 'bubblewrap is not installed';

const WORKS = `import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
const PRICE = 'repo/src/price.js';
const set = (number) => writeFileSync(PRICE, readFileSync(PRICE, 'utf8').replace(/\\d+/, number));
`;

function repositories({ path }: Owners, more = ''): string {
  const page = new URL('../../../../orchestration-os/REPOSITORIES.md', import.meta.url);
  return `${readFileSync(page, 'utf8')}\n## pages\n\n- **Path:** ${path}\n- **Branch:** main\n${more}`;
}

const TEST =
  "\n```yaml test\n- node\n- -e\n- \"if (!/= [3-9];/.test(require('fs').readFileSync('src/price.js', 'utf8'))) { console.error('too cheap'); process.exit(1) }\"\n```\n";

type Made = { readonly owners: Owners; readonly place: Place };

function projectOn(directory: string, agent: string, more = TEST): Made {
  const owners = ownersRepository(directory);
  const place = placeWithProject(join(directory, 'place'), `${WORKS}${agent}${REPORT}`, {
    runner: 'boxed',
    writes: '["outputs/**", "repo/src/**"]',
    criteria: '[{ matches: { in: "repo/src/price.js", pattern: "price" } }]',
    files: {
      'orchestration-os/RUNNERS.md': runnersPage(),
      'orchestration-os/REPOSITORIES.md': repositories(owners, more),
    },
  });
  return { owners, place };
}

t.test(
  'what a pass has proved is on the branch, and its project has no file of it',
  { skip },
  async (t) => {
    const { owners, place } = projectOn(t.testdir(), 'set(4);\n');
    const before = fingerprint(owners.path);
    const report = await worker(environment(place), { role: 'worker' });
    const rows = trail(place, report.data.runId);
    t.match(run(owners.path, 'show', 'nocturne/pages:src/price.js'), /price = 4/, rows.join('\n'));
    t.same(fingerprint(owners.path), before);
    t.notOk(existsSync(join(place.root, 'PROJECTS/pages/repo')));
    t.ok(rows.includes('T5 write PROJECTS/pages/repo/src/price.js ok'));
    t.ok(rows.some((row) => /^T5 criterion pages: merged: nocturne\/pages ok$/.test(row)));
    t.equal(run(owners.path, 'for-each-ref', 'refs/nocturne'), '');
  },
);

t.test('what fails the test of the owner is not merged', { skip }, async (t) => {
  const { owners, place } = projectOn(t.testdir(), 'set(1);\n');
  const report = await worker(environment(place), { role: 'worker' });
  t.equal(run(owners.path, 'for-each-ref', 'refs/heads/nocturne'), '');
  t.match(report.outcome, /too cheap/);
});

t.test('what is out of scope is not merged', { skip }, async (t) => {
  const { owners, place } = projectOn(
    t.testdir(),
    "set(4);\ntry { writeFileSync('repo/README.md', 'x'); } catch {}\nwriteFileSync('repo/src/.env', 'TOKEN=ghp_' + '16C7e42F292c6912E7710c838347Ae178B4a\\n');",
  );
  const report = await worker(environment(place), { role: 'worker' });
  t.equal(run(owners.path, 'for-each-ref', 'refs/heads/nocturne'), '');
  t.same(
    report.data.undone.map(({ path }) => path),
    ['PROJECTS/pages/repo/src/.env'],
  );
});

const STEP: Step = {
  id: 'plan/pages/price/1',
  work: 'plan/pages/price',
  title: 'Raise the price',
  writes: ['repo/src/**'],
  produces: ['repo/src/price.js'],
  criteria: [{ matches: { in: 'repo/src/price.js', pattern: 'price = 4' } }],
};

function stepsOn(directory: string, agent: string, more = TEST): Made {
  const owners = ownersRepository(directory);
  const files = { 'orchestration-os/REPOSITORIES.md': repositories(owners, more) };
  const place = placeWithSteps(join(directory, 'place'), `${WORKS}${agent}${REPORT}`, { files });
  return { owners, place };
}

t.test(
  'a proved step is merged, and its verdict has the hash of what it produced',
  { skip },
  async (t) => {
    const { owners, place } = stepsOn(t.testdir(), 'set(4);\n');
    const before = fingerprint(owners.path);
    const verdicts: UnitVerdict[] = [];
    const report = await worker(environment(place, { modules: [stepsModule([STEP], verdicts)] }), {
      role: 'worker',
    });
    t.match(
      verdicts,
      [{ outcome: 'proved', outputs: { 'PROJECTS/pages/repo/src/price.js': /^[0-9a-f]{64}$/ } }],
      trail(place, report.data.runId).join('\n'),
    );
    t.equal(run(owners.path, 'log', '-1', '--format=%s', 'nocturne/pages'), 'Raise the price');
    t.same(fingerprint(owners.path), before);
  },
);

t.test('a conflict fails the step, and the next brief has both versions', { skip }, async (t) => {
  const { owners, place } = stepsOn(t.testdir(), 'set(4);\n');
  const verdicts: UnitVerdict[] = [];
  const env = environment(place, {
    modules: [stepsModule([STEP], verdicts)],
    say(line) {
      if (!/^T4 +the agent works/.test(line) || verdicts.length > 0) return;
      run(owners.path, 'checkout', '-q', '-b', 'nocturne/pages');
      spawnSync('sed', ['-i', 's/3/7/', 'src/price.js'], { cwd: owners.path });
      run(owners.path, 'commit', '-qam', 'Seven');
      run(owners.path, 'checkout', '-q', 'main');
    },
  });
  await worker(env, { role: 'worker' });
  t.match(verdicts, [
    { outcome: 'unproved', cause: 'conflict', why: 'Others changed the same in src/price.js.' },
  ]);
  t.equal(run(owners.path, 'log', '-1', '--format=%s', 'nocturne/pages'), 'Seven');
  const [fragment] = conflictFragments(place.workspace.state, {
    project: 'pages',
    unit: STEP as Unit,
  });
  t.match(fragment?.text, /<{7} .*\nexport const price = 7;\n={7}\nexport const price = 4;\n>{7} /);
});
