/** What owners see of their jobs: the grid, one job, its runs, a check, the page, and `status`. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { jobDays, gridLines } from '../../../src/modules/jobs/job-days.js';
import type { JobRun } from '../../../src/modules/jobs/job-log.js';
import { failedJobs, jobStates, stateLines } from '../../../src/modules/jobs/tell-jobs.js';
import { askForJob, askNocturne, type JobPlace, jobPlace, write } from './job-place.js';

t.setTimeout(300_000);

const PLAIN = { wrong: String, attention: String, good: String };
const NOW = new Date('2026-11-28T22:30:00Z');

function run(started: string, verdict: JobRun['verdict']): JobRun {
  return {
    run: 'JOB-20261128-001',
    job: 'backup',
    by: 'job run',
    started: Date.parse(started),
    ended: Date.parse(started),
    verdict,
    reasons: [],
    exit: 0,
    signal: '',
    ms: 1,
    attempts: 1,
    fresh: [],
    output: '',
    told: false,
  };
}

t.test('a day is what its runs were, in the zone of the owner', async (t) => {
  const runs = [
    run('2026-11-28T22:59:00Z', 'proved'),
    run('2026-11-28T10:00:00Z', 'proved'),
    run('2026-11-27T10:00:00Z', 'failed'),
    run('2026-11-26T10:00:00Z', 'proved'),
    run('2026-11-26T11:00:00Z', 'unproved'),
    run('2026-11-25T10:00:00Z', 'unknown'),
    run('2026-11-24T10:00:00Z', 'running'),
    run('2026-11-23T10:00:00Z', 'overlapped'),
    run('2026-11-14T23:30:00Z', 'proved'),
    run('2026-11-14T22:30:00Z', 'proved'),
  ];
  const days = jobDays(runs, { now: NOW, zone: 'Europe/Berlin' });
  t.match(days[0], { day: '2026-11-15', state: 'proved', runs: 1 });
  t.match(days.at(-1), { day: '2026-11-28', state: 'proved', runs: 2 });
  t.equal(days.length, 14);
  t.same(gridLines([{ name: 'backup', days, last: 'proved' }], PLAIN), [
    'day     15 16 17 18 19 20 21 22 23 24 25 26 27 28',
    'backup   +  .  .  .  .  .  .  .  .  >  ?  o  x  +  proved',
  ]);
  const colours = {
    wrong: (s: string) => `<${s}>`,
    attention: (s: string) => `(${s})`,
    good: String,
  };
  t.match(
    gridLines([{ name: 'backup', days, last: '' }], colours)[1],
    /\(\?\) {2}\(o\) {2}<x> {2}\+$/,
  );
});

t.test('a day of 25 hours is one cell', async (t) => {
  const days = jobDays([], { now: new Date('2026-10-26T12:00:00Z'), zone: 'Europe/Berlin' });
  t.equal(new Set(days.map(({ day }) => day)).size, 14);
  t.equal(days.at(-2)?.day, '2026-10-25');
});

function placeOf(directory: string): JobPlace {
  return jobPlace(directory, [
    {
      name: 'report',
      fields: { Base: join(directory, 'work'), 'On failure': 'run pages' },
      lists: {
        requires: '- not: { file_exists: stop }',
        proves: '- file_exists: { in: report.md, min_bytes: 10 }',
        fresh: '- report.md',
      },
    },
    { name: 'idle' },
    {
      name: 'inside',
      fields: { Base: 'exports' },
      lists: {
        fresh: '- "*.txt"',
        proves: '- query: { sql: "SELECT key FROM dispatch", at_most: 0 }\n- hash_changed: "*.txt"',
      },
    },
    {
      name: 'outside',
      fields: { Base: join(directory, 'work') },
      lists: {
        proves: '- file_newer: { in: "*.md", within: 1d }\n- hash_changed: "*.md"',
        fresh: '- "*.md"',
      },
    },
  ]);
}

t.test('list, show, history and check tell what there is', async (t) => {
  const place = placeOf(t.testdir());
  const text = async (...words: string[]): Promise<string> =>
    (await askNocturne(place, ['job', ...words])).stdout;
  t.match(await text('list'), /report +(\. +){14}no run yet[^]*No run of idle can be proved/);
  t.match(
    await text('show', 'report'),
    /Must be fresh:\n {2}report\.md[^]*a pass of pages[^]*not run yet/,
  );
  const before = await askNocturne(place, ['job', 'check', 'report']);
  t.match(before, { exitCode: 1, stdout: /not met \(after\) {2}file_exists/ });
  write(place.work, { 'report.md': 'there is one already\n' });
  t.match(await askNocturne(place, ['job', 'check', 'report']), { exitCode: 0 });
  await askForJob(place, 'report', 'echo looked; exit 3');
  t.match(await text('list'), /report +(\. +){13}x {2}failed 20/);
  t.match(await text('show', 'report'), /failed\n {2}end: it exited with code 3[^]*\| looked/);
  t.match(
    await text('history', 'report'),
    /^JOB-\d{8}-001 {2}.* {2}report {2}failed {2}end: it exited/,
  );
  const history = await askNocturne(place, ['job', 'history', '--json']);
  t.match(JSON.parse(history.stdout), {
    ok: true,
    runs: [{ job: 'report', verdict: 'failed', exit: 3 }],
  });
  const status = await askNocturne(place, ['status', '--json']);
  t.match(JSON.parse(status.stdout), {
    modules: { jobs: [{ name: 'report', verdict: 'failed' }] },
  });
  t.notMatch(await text('list'), '\u001b', 'no colours where there is no terminal');
});

t.test(
  'the morning page and status name a job that failed, and that it is proved again',
  async (t) => {
    const place = placeOf(t.testdir());
    const since = new Date(0);
    await askForJob(place, 'report', 'true');
    const failed = place.workspace.snapshot();
    t.match(failedJobs(failed, since), [
      /^job report: 1 of 1 run did not prove what it should: proves: /,
    ]);
    t.match(stateLines(jobStates(failed)), [/^Job report is unproved: /]);
    const briefing = await askNocturne(place, ['briefing', '--json', '--since', '24h']);
    t.match(briefing.stdout, /What failed \(1\)[^]*job report/);
    await askForJob(place, 'report', 'echo "a whole report" > report.md');
    const proved = place.workspace.snapshot();
    t.match(failedJobs(proved, since), [/1 of 2 runs[^]*; the last run is proved again$/]);
    t.same(stateLines(jobStates(proved)), []);
  },
);

t.test('a base in the workspace and one elsewhere have the same kinds of tests', async (t) => {
  const place = placeOf(t.testdir());
  const folder = join(place.root, 'exports');
  write(folder, { 'a.txt': 'one\n' });
  t.match(await askForJob(place, 'inside', 'echo two > a.txt', folder), {
    exit: 0,
    verdict: 'proved',
  });
  t.equal(readFileSync(join(folder, 'a.txt'), 'utf8'), 'two\n');
  const again = await askForJob(place, 'inside', 'true', folder);
  t.same(
    again.reasons.map(({ kind }) => kind),
    ['proves', 'fresh'],
  );
  const elsewhere = await askForJob(place, 'outside', 'echo two > a.md');
  t.match(elsewhere, {
    exit: 1,
    reasons: [{ kind: 'proves', message: /no change log covers this folder/ }],
  });
  t.equal(elsewhere.reasons.length, 1, 'hash_changed and fresh see the new file');
});
