/** `job run` as a cron daemon starts it: what is passed on, what is recorded, and what it exits with. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { jobRuns } from '../../../src/modules/jobs/job-log.js';
import { claimPass, livePasses, releaseClaim } from '../../../src/workspace/pass-lock.js';
import { bundleChanges } from '../../../src/workspace/bundle.js';
import { fieldText } from '../../../src/project/field-text.js';
import {
  askForJob,
  askNocturne,
  type JobPlace,
  jobPlace,
  JOBS,
  type JobText,
  nocturne,
  runJob,
} from './job-place.js';

t.setTimeout(300_000);

const GOOD = 'echo "a whole report" > report.md';

function placeOf(directory: string, more: Partial<JobText> = {}): JobPlace {
  const lists = { proves: '- file_exists: { in: report.md, min_bytes: 10 }', fresh: '- report.md' };
  return jobPlace(directory, [
    {
      name: 'report',
      fields: { Base: join(directory, 'work'), ...more.fields },
      lists: { ...lists, ...more.lists },
    },
  ]);
}

function runsOf({ workspace }: JobPlace) {
  return [...jobRuns(workspace.snapshot())];
}

function notices({ workspace }: JobPlace): readonly string[] {
  return workspace
    .snapshot()
    .records('NOTIFICATION')
    .map((record) => `${fieldText(record, 'topic')} ${fieldText(record, 'status')}`);
}

t.test('a run that did its work is proved, one that did nothing is not', async (t) => {
  const place = placeOf(t.testdir());
  t.match(await runJob(place, 'report', GOOD), { exit: 0, verdict: 'proved', reasons: [] });
  const idle = await runJob(place, 'report', 'true');
  t.match(idle, { exit: 1, verdict: 'unproved', reasons: [{ kind: 'fresh' }] });
  t.match(
    idle.stderr,
    /report is unproved \(JOB-\d{8}-002\)\n {2}report\.md: 1 file, and it is as it was before the run/,
  );
  t.match(runsOf(place), [
    { verdict: 'unproved', told: true },
    { verdict: 'proved', told: false },
  ]);
  t.same(notices(place), ['job-report open']);
  const log = readFileSync(join(place.root, 'audit/job-log.jsonl'), 'utf8').trim().split('\n');
  t.equal(log.length, 4, 'two rows for each run');
  const verified = await nocturne(place, ['audit', 'verify', '--json']);
  t.equal(verified.exitCode, 0, 'and the chain holds');
});

t.test('a verdict waits for no pass: the log and the inbox have it while one works', async (t) => {
  const place = placeOf(t.testdir());
  const { root, state, clock } = place.workspace;
  const request = { runId: 'RUN-20261121-001', role: 'worker', ttlMs: 600_000, clock } as const;
  const { claim } = claimPass(root, state, request);
  t.match(await askForJob(place, 'report', 'true'), { exit: 1, verdict: 'unproved' });
  t.match(runsOf(place), [{ verdict: 'unproved', told: true }]);
  t.same(notices(place), ['job-report open']);
  t.equal(livePasses(root, clock).length, 1, 'the pass still has its lease');
  releaseClaim(root, state, { fence: claim.fence });
});

t.test('the owner is told once, until a run is proved again', async (t) => {
  const place = placeOf(t.testdir());
  for (const script of ['true', 'false', 'true']) await askForJob(place, 'report', script);
  t.same(notices(place), ['job-report open'], 'three bad runs, one notification');
  await askForJob(place, 'report', GOOD);
  t.same(notices(place), ['job-report done'], 'a good run closes it');
  await askForJob(place, 'report', 'true');
  t.same(notices(place), ['job-report done', 'job-report open'], 'the next bad one is news');
  place.workspace.commit((snapshot) => {
    const id = snapshot.records('NOTIFICATION').map(({ key }) => key)[1] ?? '';
    const reason = 'the owner has seen it';
    const { changes } = bundleChanges(snapshot, 'notification_close', { id, reason });
    return { actor: { kind: 'owner', name: 'owner' }, runId: '', reason, changes };
  });
  await askForJob(place, 'report', 'true');
  t.equal(notices(place).length, 2, 'an owner who has seen it is not told again');
});

t.test('output, exit code and signals of the command are passed on', async (t) => {
  const place = placeOf(t.testdir());
  const token = `ghp_${'a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8'}`;
  const words = ['job', 'run', 'report', '--', 'sh', '-c'];
  const script = `echo to-out; echo to-err ${token} >&2; exit 7`;
  const failed = await nocturne(place, [...words, script], { cwd: place.work });
  t.match(failed, { exitCode: 7, stdout: 'to-out' });
  t.match(failed.stderr, /to-err[\s\S]*report is failed[\s\S]*exited with code 7/);
  const [row] = runsOf(place);
  t.match(row, { verdict: 'failed', exit: 7 });
  t.match(row?.output, /to-err \[secret\]/, 'the log has no credential');
  const missing = await nocturne(place, ['job', 'run', 'report', '--', '/no/such/program']);
  t.match(missing, { exitCode: 127, stderr: /was not found/ });
  const help = await nocturne(place, [...words, 'echo "$0"', '--help']);
  t.equal(help.stdout, '--help', 'words after -- are the command’s');

  const running = nocturne(place, [...words, 'echo ready; exec sleep 60'], { cwd: place.work });
  running.stdout?.once('data', () => running.kill('SIGTERM'));
  t.equal((await running).exitCode, 143, 'the command gets the signal, and the shell’s exit code');
  t.match(runsOf(place)[0], { verdict: 'failed', signal: 'SIGTERM' });
});

t.test('a run that takes too long is stopped', async (t) => {
  const place = placeOf(t.testdir(), { fields: { 'Time limit': '1s' } });
  const late = await askForJob(place, 'report', `${GOOD}; exec sleep 60`);
  t.match(late, { exit: 124, verdict: 'failed', reasons: [{ kind: 'end' }] });
});

t.test('a process that the command leaves behind does not keep the run waiting', async (t) => {
  const place = placeOf(t.testdir());
  const left = await runJob(place, 'report', `${GOOD}; sleep 300 & echo "left $!"`);
  t.match(left, { exit: 0, verdict: 'proved' });
  const [, pid] = /left (\d+)/.exec(left.stderr) ?? [];
  t.ok(process.kill(Number(pid), 'SIGKILL'), 'it is still there');
});

t.test('without what it requires, the command is not started', async (t) => {
  const place = placeOf(t.testdir(), { lists: { requires: '- file_exists: .mounted' } });
  const held = await askForJob(place, 'report', GOOD);
  t.match(held, { exit: 5, verdict: 'blocked', reasons: [{ kind: 'requires' }] });
  t.notOk(existsSync(join(place.work, 'report.md')));
  writeFileSync(join(place.work, '.mounted'), '1');
  t.match(await askForJob(place, 'report', GOOD), { exit: 0, verdict: 'proved' });
});

t.test('of two runs at once, the second is not started', async (t) => {
  const place = placeOf(t.testdir());
  const words = ['job', 'run', 'report', '--json', '--', 'sh', '-c'];
  const first = nocturne(
    place,
    [...words, `echo ready >&2; while [ ! -e go ]; do sleep 0.1; done; ${GOOD}`],
    {
      cwd: place.work,
    },
  );
  await new Promise((resolve) => first.stderr?.once('data', resolve));
  const second = await askForJob(place, 'report', 'echo two > second.md');
  t.match(second, { exit: 4, verdict: 'overlapped' });
  t.notOk(existsSync(join(place.work, 'second.md')));
  writeFileSync(join(place.work, 'go'), '');
  t.match(await first, { exitCode: 0 });
  t.same(notices(place), [], 'and nobody has to be told');
});

t.test('a run that was killed is closed by the next look', async (t) => {
  const place = placeOf(t.testdir());
  const running = nocturne(
    place,
    ['job', 'run', 'report', '--', 'sh', '-c', 'echo $$; exec sleep 60'],
    { cwd: place.work },
  );
  const child = await new Promise<number>((resolve) =>
    running.stdout?.once('data', (text) => resolve(Number(text))),
  );
  running.kill('SIGKILL');
  await running;
  process.kill(child);
  t.match(runsOf(place), [{ verdict: 'running' }]);
  const { stdout } = await askNocturne(place, ['job', 'list', '--json']);
  t.match(JSON.parse(stdout), { jobs: [{ name: 'report', last: { verdict: 'unknown' } }] });
  t.match(runsOf(place), [{ verdict: 'unknown', reasons: [/^lost: /] }]);
  t.same(notices(place), ['job-report open']);
});

t.test('nothing is proved by a page that is not as signed, and nothing on it is run', async (t) => {
  const place = placeOf(t.testdir(), {
    lists: { proves: '- command: { run: "touch ran" }', fresh: '- report.md' },
  });
  const page = join(place.root, JOBS);
  const signed = readFileSync(page, 'utf8');
  writeFileSync(page, signed.replace('touch ran', 'touch evil'));
  const changed = await askForJob(place, 'report', GOOD);
  t.match(changed, { exit: 3, verdict: 'unproved', reasons: [{ kind: 'page' }] });
  t.ok(existsSync(join(place.work, 'report.md')), 'the command itself ran');
  t.notOk(existsSync(join(place.work, 'evil')));
  t.match(await askNocturne(place, ['job', 'check', 'report']), { exitCode: 3 });
  t.same(notices(place), ['job-report open'], 'and the owner is told');
  writeFileSync(page, signed);
  const during = `echo >> '${page}'; echo again > report.md`;
  t.match(await askForJob(place, 'report', during), { exit: 3, reasons: [{ kind: 'page' }] });
});

t.test('another attempt is made if the page says so', async (t) => {
  const place = placeOf(t.testdir(), { fields: { 'On failure': 'retry 2' } });
  const script = `if [ -e tried ]; then ${GOOD}; else touch tried; exit 1; fi`;
  t.match(await askForJob(place, 'report', script), { exit: 0, verdict: 'proved' });
  t.match(runsOf(place), [{ verdict: 'proved', attempts: 2 }]);
});

t.test('a page that is not as signed is no reason to run the command again', async (t) => {
  const place = placeOf(t.testdir(), { fields: { 'On failure': 'retry 2' } });
  const page = join(place.root, JOBS);
  writeFileSync(page, `${readFileSync(page, 'utf8')}\nOne more sentence.\n`);
  const ran = await askForJob(place, 'report', 'echo once >> report.md');
  t.match(ran, { exit: 3, reasons: [{ kind: 'page' }] });
  t.equal(readFileSync(join(place.work, 'report.md'), 'utf8'), 'once\n');
});

t.test('a log that cannot be written does not stop the command', async (t) => {
  const place = placeOf(t.testdir());
  await askForJob(place, 'report', GOOD);
  writeFileSync(join(place.root, 'audit/job-log.jsonl'), 'not a row\n');
  const words = ['job', 'run', 'report', '--', 'sh', '-c', 'echo more > report.md'];
  const unwatched = await nocturne(place, words, { cwd: place.work });
  t.match(unwatched, { exitCode: 1, stderr: /the command ran, but nothing is proved/ });
  t.equal(readFileSync(join(place.work, 'report.md'), 'utf8'), 'more\n');
});

t.test('a name that is not on the page is a mistake of the line', async (t) => {
  const place = placeOf(t.testdir());
  const wrong = await askNocturne(place, ['job', 'run', 'reprot', '--', 'touch', 'ran'], {
    cwd: place.work,
  });
  t.match(wrong, { exitCode: 2, stderr: /did you mean report\?/ });
  t.notOk(existsSync(join(place.work, 'ran')));
});
