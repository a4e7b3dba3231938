/** A step with a metric: agents try, Nocturne measures, and the best attempt comes home. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { attemptFragments } from '../../../../src/modules/plans/loop/attempt-fragments.js';
import { keepAttempt } from '../../../../src/modules/plans/loop/attempt-store.js';
import { expireAttempts } from '../../../../src/modules/plans/loop/expire-attempts.js';
import { LoopRecord } from '../../../../src/modules/plans/loop/loop-record.js';
import { loopSubject } from '../../../../src/modules/plans/loop/loop-subject.js';
import type { Phase } from '../../../../src/modules/plans/loop/rows.js';
import {
  fingerprint,
  ownersRepository,
  put,
  run,
} from '../../../passes/repository/owners-repository.js';
import { planOf } from '../run/plan-place.js';
import { attempted, BEGUN, simulate, TIME } from './simulated-loop.js';
import {
  agentThat,
  BY_SHELL,
  keptText,
  loopIn,
  onDisk,
  passIn,
  PLACE,
  placeWithLoop,
  projectText,
  runPlan,
} from './loop-place.js';

t.setTimeout(480_000);

const hasSandbox = spawnSync('bwrap', ['--version']).error === undefined;
const skip = !hasSandbox && 'bubblewrap is not installed';

t.test('what is measurably better is kept, and the next one begins there', { skip }, async (t) => {
  const place = placeWithLoop(
    t.testdir(),
    agentThat(
      "write('src/value.txt', '12')",
      "write('src/value.txt', '11')",
      "write('src/value.txt', read('src/value.txt') + ' + 3'); write('src/more.txt', 'new')",
    ),
    { metric: BY_SHELL },
  );
  const first = await passIn(place);
  t.match(first.outcome, /Measured before the first attempt: 10, 10, 10\./);
  t.same(loopIn(place).start, [10, 10, 10]);
  await passIn(place);
  t.equal(projectText(place, 'src/value.txt'), '10', 'an attempt is not in the workspace');
  const plan = await runPlan(place);
  const { attempts, stopped } = loopIn(place);
  t.same(
    attempts.map(({ verdict, tried }) => [verdict, tried]),
    [
      ['kept', 'try number 1'],
      ['discarded', 'try number 2'],
      ['kept', 'try number 3'],
    ],
  );
  t.match(stopped?.why, 'All 3 attempts were made. Attempt 3 is the best one kept.');
  t.equal(plan.status, 'done');
  t.equal(projectText(place, 'src/value.txt'), '12 + 3');
  t.equal(projectText(place, 'src/more.txt'), 'new');
  t.match(plan.steps.get('faster'), { state: 'proved', tries: 8, uncounted: 7 });
});

t.test('noise that looks better now and then is not kept', { skip }, async (t) => {
  const place = placeWithLoop(
    t.testdir(),
    agentThat("write('src/value.txt', '9.7 + Math.random()')"),
    {
      value: '10 + Math.random()',
      metric: { repeats: 10 },
    },
  );
  const plan = await runPlan(place);
  t.ok(loopIn(place).attempts.every(({ verdict }) => verdict === 'discarded'));
  t.equal(projectText(place, 'src/value.txt'), '10 + Math.random()');
  t.match(plan.steps.get('faster'), { state: 'failed', why: /^All 3 attempts.*None was kept\.$/ });
});

t.test('an agent that edits the metric is found, and its attempt is void', { skip }, async (t) => {
  const place = placeWithLoop(
    t.testdir(),
    agentThat(
      "write('bench/score.mjs', 'console.log(99)')",
      'write(\'src/value.txt\', \'(() => { process.getBuiltinModule("fs").writeFileSync("bench/score.mjs", "console.log(99)"); return 99; })()\')',
      "mkdirSync('bench', { recursive: true }); writeFileSync('bench/other.mjs', '')",
    ),
  );
  await runPlan(place);
  t.same(
    loopIn(place).attempts.map(({ verdict, why }) => `${verdict}: ${why}`),
    [
      'void: The agent changed PROJECTS/pages/bench/score.mjs, which measures.',
      'void: PROJECTS/pages/bench/score.mjs changed while it measured.',
      'void: The agent changed PROJECTS/pages/bench/other.mjs, which measures.',
    ],
  );
});

t.test('an agent that dies, or changes nothing, has had its attempt', { skip }, async (t) => {
  const place = placeWithLoop(
    t.testdir(),
    agentThat("process.kill(process.pid, 'SIGKILL')", '', "write('src/value.txt', 'oh no')"),
  );
  await runPlan(place);
  t.match(loopIn(place).attempts, [
    { verdict: 'void', why: /^It was not proved: / },
    { verdict: 'void', why: 'It changed nothing.' },
    { verdict: 'void', why: /^The metric ended with code 1: / },
  ]);
});

t.test('attempts obey a disk quota', { skip }, async (t) => {
  const mib = 'write("src/large.txt", "x".repeat(';
  const place = placeWithLoop(
    t.testdir(),
    agentThat(
      `${mib}3e6))`,
      `${mib}6e5)); write('src/value.txt', '9')`,
      `${mib}5e5)); write('src/value.txt', '8')`,
    ),
    { metric: { ...BY_SHELL, disk_mb: 1 } },
  );
  await runPlan(place);
  const [large, old, last] = loopIn(place).attempts;
  t.match(large, {
    verdict: 'void',
    why: 'It wrote 3 MiB, and attempts may use 1 MiB of the disk.',
  });
  t.match([old, last], [{ verdict: 'discarded' }, { verdict: 'discarded' }]);
  t.same(onDisk(place), [last?.runId]);
});

t.test(
  'what no agent sees decides: a gain that is only visible is not kept',
  { skip },
  async (t) => {
    const place = placeWithLoop(
      t.testdir(),
      agentThat(
        "write('src/value.txt', '20'); write('src/seen.txt', `${existsSync('hidden/truth.sh')} ${readdirSync('../../.nocturne/objects').length}`)",
        "write('src/value.txt', '30'); write('src/real.txt', '1')",
      ),
      {
        metric: {
          ...BY_SHELL,
          attempts: 2,
          held_out: { command: ['sh', 'hidden/truth.sh'], files: ['hidden/**'] },
        },
        files: {
          'PROJECTS/pages/hidden/truth.sh':
            'if test -e src/real.txt; then echo 2; else echo 1; fi\n',
        },
      },
    );
    const plan = await runPlan(place);
    const [overfitted, real] = loopIn(place).attempts;
    t.match(overfitted, {
      verdict: 'discarded',
      look: { attempt: [20, 20, 20] },
      test: { best: [1, 1, 1, 1, 1, 1, 1] },
    });
    t.equal(keptText(place, overfitted?.runId, 'src/seen.txt'), 'false 0');
    t.match(real, { verdict: 'kept', test: { attempt: [2, 2, 2, 2, 2, 2, 2] } });
    t.equal(plan.status, 'done');
    t.match(projectText(place, 'hidden/truth.sh'), /test -e/);
  },
);

t.test(
  'a metric that cannot be measured ends the loop before an agent works',
  { skip },
  async (t) => {
    const place = placeWithLoop(t.testdir(), agentThat(''), { value: '"fast"' });
    const plan = await runPlan(place);
    t.same(loopIn(place).attempts, []);
    t.match(
      plan.steps.get('faster')?.why,
      'The last line that the metric printed is not a number: "fast".',
    );
  },
);

t.test('the best attempt on a repository of the owner is on its branch', { skip }, async (t) => {
  const folder = t.testdir();
  const owners = ownersRepository(join(folder, 'owners'));
  const score = 'wc -c < repo/src/value.txt\n';
  put(owners.path, { 'src/value.txt': 'abc', 'bench/score.sh': score });
  run(owners.path, 'add', '-A');
  run(owners.path, 'commit', '-qm', 'A score');
  const page = new URL('../../../../../orchestration-os/REPOSITORIES.md', import.meta.url);
  const row = `\n## pages\n\n- **Path:** ${owners.path}\n- **Branch:** main\n`;
  const agent = agentThat(
    "write('repo/src/value.txt', 'abcdef')",
    "write('repo/bench/score.sh', 'echo 99')",
    "write('repo/src/value.txt', read('repo/src/value.txt') + 'g'); write('repo/new.txt', '')",
  );
  const place = placeWithLoop(join(folder, 'place'), agent, {
    writes: ['repo/**'],
    metric: { command: ['sh', 'repo/bench/score.sh'], files: ['repo/bench/**'] },
    files: { 'orchestration-os/REPOSITORIES.md': `${readFileSync(page, 'utf8')}${row}` },
  });
  const before = fingerprint(owners.path);
  const plan = await runPlan(place);
  const { attempts, start } = loopIn(place);
  t.same(start, [3, 3, 3]);
  t.same(
    attempts.map(({ verdict, why }) => `${verdict}: ${why.split(' in ')[0]}`),
    [
      'kept: It is better: 6 against 3',
      'void: The agent changed PROJECTS/pages/repo/bench/score.sh, which measures.',
      'kept: It is better: 7 against 6',
    ],
  );
  t.equal(plan.status, 'done', plan.steps.get('faster')?.why ?? '');
  t.equal(run(owners.path, 'show', 'nocturne/pages:src/value.txt'), 'abcdefg');
  t.equal(run(owners.path, 'show', 'nocturne/pages:new.txt'), '');
  t.same(fingerprint(owners.path), before, 'the checkout and the branches of the owner');
  const refs = run(owners.path, 'for-each-ref', '--format=%(refname)', 'refs/nocturne').split('\n');
  const kept = attempts.filter(({ verdict }) => verdict === 'kept');
  t.same(
    refs,
    kept.map(({ runId }) => `refs/nocturne/${runId}`),
  );
});

t.test('the brief of an attempt says what was tried, and nothing that is held out', async (t) => {
  const place = placeWithLoop(t.testdir(), '', {
    metric: { held_out: { command: ['node', 'hidden/truth.mjs'], files: ['hidden/**'] } },
  });
  const where = { state: place.workspace.state, ...PLACE };
  const step = planOf(place).definitions[0];
  const subject = step && loopSubject(where, step, undefined);
  if (subject === undefined) throw new Error('no metric');
  const record = new LoopRecord(where);
  const heldOut = { command: [], files: [] };
  const settings = { metric: { direction: 'higher', attempts: 2, heldOut }, budget: {} } as const;
  const values = [10, 12, 9];
  const measure = (state: number, phase: Phase): number =>
    phase === 'test' ? 77 + state : (values[state] ?? 0);
  for (const row of simulate(settings, measure).rows)
    record.append(row.kind === 'attempted' ? { ...row, tried: 'A cache' } : row);
  record.close();
  const [fragment] = attemptFragments(subject);
  t.match(fragment?.text, /measured with `node bench\/score\.mjs`; a higher number is better/);
  t.match(fragment?.text, 'Do not change bench/**: an attempt that does is void.');
  t.match(fragment?.text, 'You begin with attempt 1, the best so far: 12.');
  t.match(fragment?.text, '- 1: A cache — 12. Kept.');
  t.notMatch(fragment?.text, /hidden|7[789]/);
});

t.test('the files of attempts go two weeks after their loop has ended', (t) => {
  const place = placeWithLoop(t.testdir(), '');
  const where = { state: place.workspace.state, ...PLACE };
  const record = new LoopRecord(where);
  for (const row of [BEGUN, attempted(1)]) record.append(row);
  const source = join(place.root, 'PROJECTS/pages/src/value.txt');
  const at = (time: string) => ({ ...place.workspace.snapshot(), now: new Date(time) });
  keepAttempt(where, 'W-1', [{ path: 'a.txt', after: 'hash', size: 2 }], () => source);
  t.same(expireAttempts(where.state, at('2027-11-29T12:00:00Z')), [], 'it goes on');
  record.append({ kind: 'stopped', time: TIME, reason: 'attempts', why: 'All were made.' });
  record.close();
  t.same(expireAttempts(where.state, at('2026-12-12T12:00:00Z')), []);
  t.same(onDisk(place), ['W-1']);
  const late = expireAttempts(where.state, at('2026-12-14T12:00:00Z'));
  t.same(late, ['attempt 1 of pages/faster expired']);
  t.same(onDisk(place), []);
  t.end();
});
