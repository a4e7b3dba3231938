/** Passes of different projects at once, each in a copy of its own. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { fieldText } from '../../src/project/field-text.js';
import { hasWork } from '../../src/passes/worker/has-work.js';
import { livePasses, passLock } from '../../src/workspace/pass-lock.js';
import { validateSnapshot } from '../../src/validate/validate-snapshot.js';
import { fourProjects, nocturneIn, runNight, SLUGS, waitingAgent } from './four-projects.js';
import { environment, type Place, read } from './pass-workspace.js';

t.setTimeout(480_000);

const BOXED = spawnSync('bwrap', ['--version']).error === undefined;
const skip = !BOXED && 'bubblewrap is not installed';

/** Works only when the owner says go: in the workspace itself, which it can read. */
const AGENT = waitingAgent(
  "while (!existsSync(process.env.NOCTURNE_WORKSPACE + '/memory/go.md')) await pause(20);",
);

const go = ({ root }: Place): void => writeFileSync(join(root, 'memory/go.md'), '# Go\n');

const working = ({ root, workspace }: Place): readonly string[] =>
  livePasses(root, workspace.clock)
    .filter((claim) => claim.working === true)
    .map(({ project }) => project);

/** Asks until it is so, for a minute at most. */
async function until(isSo: () => boolean): Promise<void> {
  for (let i = 0; !isSo() && i < 1200; i++) await new Promise((done) => setTimeout(done, 100));
}

/** What the logs say of each project, without times, ids, numbers and chain. */
function story(place: Place): readonly string[] {
  const snapshot = place.workspace.snapshot();
  const project = new Map(
    snapshot.records('RUN').map((row) => [row.key, fieldText(row, 'project')] as const),
  );
  const worked = snapshot
    .records('AUDIT')
    .filter((row) => (project.get(fieldText(row, 'run_id')) ?? '') !== '')
    .map((row) =>
      ['step', 'type', 'target', 'result', 'detail']
        .map((field) => fieldText(row, field))
        .join(' ')
        .replace(/(RUN|NOTE|N)-[\w;-]+/g, 'ID')
        .replace(/\d+/g, '0'),
    );
  const grades = snapshot
    .records('RUN')
    .filter((row) => fieldText(row, 'project') !== '')
    .map(
      (row) =>
        `${fieldText(row, 'project')} ${fieldText(row, 'outcome')} ${fieldText(row, 'grade')}`,
    );
  return [...worked, ...grades].sort();
}

t.test(
  'four projects are worked on at once, and the logs say the same as one after another',
  { skip },
  async (t) => {
    const directory = t.testdir();
    const beside = fourProjects(join(directory, 'beside'), AGENT);
    const after = fourProjects(join(directory, 'after'), AGENT);
    const night = runNight(beside, '--parallel', '4');
    await until(() => working(beside).length === 4);
    t.equal(working(beside).length, 4, 'all four work at the same time');
    const found = await validateSnapshot(beside.workspace.snapshot(), { modules: [] });
    t.same(
      found.filter(({ rule, severity }) => rule === 'lock-state' && severity === 'error'),
      [],
      'LOCK.md shows them',
    );
    go(beside);
    const done = await night;
    t.equal(done.exitCode, 0, `${done.stdout}${done.stderr}`);
    go(after);
    const serial = await runNight(after);
    t.equal(serial.exitCode, 0, `${serial.stdout}${serial.stderr}`);
    for (const slug of SLUGS) {
      const path = `PROJECTS/${slug}/outputs/page.md`;
      t.equal(read(beside, path), read(after, path));
    }
    t.same(story(beside), story(after));
    t.same(
      beside.workspace
        .snapshot()
        .records('RUN')
        .map(({ key }) => key.slice(-3))
        .sort(),
      ['001', '002', '003', '004', '005'],
      'no run id is lost',
    );
    t.same(livePasses(beside.root, beside.workspace.clock), [], 'no claim is left');
    t.notOk(existsSync(join(beside.workspace.state, 'copies', 'RUN')));
  },
);

t.test(
  'passes side by side reserve what they may use: of four, only two fit into the night at once',
  { skip },
  async (t) => {
    const place = fourProjects(t.testdir(), AGENT);
    const night = runNight(place, '--parallel', '4', '--minutes', '62');
    const outcomes = (): readonly string[] =>
      place.workspace
        .snapshot()
        .records('RUN')
        .map((run) => fieldText(run, 'outcome'));
    const isRefused = (): boolean => outcomes().some((text) => text.startsWith('did not begin'));
    for (let i = 0; !isRefused() && i < 600; i++)
      await new Promise((done) => setTimeout(done, 100));
    t.match(outcomes(), [/lightweight may use 10 minutes, and 2 of 62 are left for this night/]);
    const working = livePasses(place.root, place.workspace.clock).filter(
      (claim) => claim.working === true,
    );
    t.equal(working.length, 2);
    go(place);
    const done = await night;
    t.equal(done.exitCode, 0, `${done.stdout}${done.stderr}`);
    const graded = place.workspace
      .snapshot()
      .records('RUN')
      .filter((run) => fieldText(run, 'grade') !== '');
    t.equal(graded.length, 4, 'the others begin when those two have used less');
    t.notMatch(done.stdout, /budget of this night/);
  },
);

t.test("no more passes work at once than the owner's limits allow", { skip }, async (t) => {
  const tiers = readFileSync(new URL('../../../MODEL-TIERS.md', import.meta.url), 'utf8');
  const place = fourProjects(t.testdir(), AGENT, {
    'MODEL-TIERS.md': tiers.replace(/^(\| standard .*)- \|$/m, '$12 |'),
  });
  const night = runNight(place, '--parallel', '4');
  await until(() => working(place).length === 2);
  t.notOk(hasWork(environment(place)), 'for a third one there is no room');
  go(place);
  const { exitCode, stdout, stderr } = await night;
  t.equal(exitCode, 0, `${stdout}${stderr}`);
  t.notMatch(stdout, /found nothing to do/, 'two lanes waited, and no pass of theirs is on record');
  const passes = place.workspace
    .snapshot()
    .records('RUN')
    .filter((run) => fieldText(run, 'role') === 'worker');
  t.equal(passes.length, 4);
  t.ok(
    hasWork(environment(place)),
    'with no other pass at work, one begins and says what it found',
  );
  for (const slug of SLUGS) t.ok(existsSync(join(place.root, `PROJECTS/${slug}/outputs/page.md`)));
});

t.test(
  'a pass that is killed beside another one costs the other nothing, and is recovered',
  { skip },
  async (t) => {
    const place = fourProjects(t.testdir(), AGENT);
    const killed = nocturneIn(place, 'run', 'worker');
    await until(() => working(place).length === 1);
    const other = nocturneIn(place, 'run', 'worker');
    await until(() => working(place).length === 2);
    t.strictSame(working(place), ['pages', 'rivers']);
    killed.kill('SIGKILL');
    await killed;
    const [lost] = passLock(place.root, place.workspace.clock).claims;
    t.match(lost, { project: 'pages', state: 'dead' });
    go(place);
    const { exitCode, stdout, stderr } = await other;
    t.equal(exitCode, 0, `${stdout}${stderr}`);
    t.ok(existsSync(join(place.root, 'PROJECTS/rivers/outputs/page.md')), 'its page is there');
    const next = await nocturneIn(place, 'run', 'worker', '--project', 'pages');
    t.equal(next.exitCode, 0, `${next.stdout}${next.stderr}`);
    t.ok(existsSync(join(place.root, 'PROJECTS/pages/outputs/page.md')), 'the project goes on');
    t.equal((await nocturneIn(place, 'run', 'manager')).exitCode, 0);
    const runs = place.workspace.snapshot().records('RUN');
    t.equal(runs.length, 4, 'all four passes are on record');
    const reaped = place.workspace
      .snapshot()
      .records('AUDIT')
      .filter((row) => fieldText(row, 'type') === 'session_reap')
      .map((row) => fieldText(row, 'target'));
    t.strictSame(reaped, [lost?.runId], 'the crash is on record once');
    t.same(passLock(place.root, place.workspace.clock).claims, [], 'no claim is left');
    t.equal((await nocturneIn(place, 'gate')).exitCode, 0, 'the gate finds nothing');
  },
);
