/** What three runs let `job new` propose: names, contents, times; and what they do not. */
import t from 'tap';
import type { FoundJob } from '../../../src/hosts/found-job.js';
import { changedLine } from '../../../src/modules/jobs/propose/changed-line.js';
import { jobBase, jobName } from '../../../src/modules/jobs/propose/command-words.js';
import { jobSection } from '../../../src/modules/jobs/propose/job-section.js';
import { namePattern } from '../../../src/modules/jobs/propose/name-pattern.js';
import { propose } from '../../../src/modules/jobs/propose/propose.js';
import type { WatchedRun, WrittenFile } from '../../../src/modules/jobs/propose/watched-job.js';

const TIMES = { machine: 'UTC', owner: 'UTC' };
const FOUND: FoundJob = {
  host: 'cron',
  id: 'crontab of anna:1',
  place: 'crontab of anna:1',
  schedule: '15 2 * * *',
  cron: '15 2 * * *',
  command: './x.sh',
  env: {},
};

function run(files: readonly WrittenFile[], more: Partial<WatchedRun> = {}): WatchedRun {
  const started = '2026-11-29T02:15:00Z';
  return { started, ms: 4000, exit: 0, files, unlisted: 0, complains: false, ...more };
}
function file(path: string, more: Partial<WrittenFile> = {}): WrittenFile {
  return { path, how: 'changed', bytes: 1000, ...more };
}
function labels(runs: readonly WatchedRun[], found: FoundJob | undefined = FOUND, times = TIMES) {
  const job = { name: 'x', base: '/srv', runs, ...(found === undefined ? {} : { found }) };
  return propose(job, times)?.map(({ field, value, weak }) => {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    return `${weak === true ? 'weak ' : ''}${field} ${text}`;
  });
}

t.test('three runs that ended well are needed', async (t) => {
  const good = run([file('a')]);
  t.equal(labels([good, good]), undefined);
  t.equal(labels([good, good, run([file('a')], { exit: 1 })]), undefined);
  t.ok(labels([good, good, run([], { exit: 1 }), good]));
});

t.test('only what every run wrote is fresh', async (t) => {
  const runs = [run([file('a'), file('b')]), run([file('a')]), run([file('a'), file('b')])];
  t.match(labels(runs), ['fresh a']);
  t.notMatch(labels(runs)?.join('\n'), 'fresh b');
  t.notMatch(labels([run([]), run([]), run([])])?.join('\n'), 'fresh');
});

t.test('dates, numbers and ids in names become one glob', async (t) => {
  const rows: readonly (readonly [path: string, glob: string])[] = [
    ['shop-2026-11-29.dump', 'shop-*.dump'],
    ['shop_20261129T021500Z.tar.gz', 'shop_*.tar.gz'],
    ['2026/11/29/report.md', '*/*/*/report.md'],
    ['log-2026-11-29_02:15:00.txt', 'log-*.txt'],
    ['snap-9f8e7d6c5b4a.img', 'snap-*.img'],
    ['facade.txt', 'facade.txt'],
    ['what?[1].txt', 'what\\?\\[*\\].txt'],
  ];
  for (const [path, glob] of rows) t.equal(namePattern(path), glob, path);
  const dated = ['27', '28', '29'].map((day) =>
    run([file(`db-2026-11-${day}.dump`, { how: 'new' })]),
  );
  t.match(labels(dated), ['fresh db-*.dump']);
  t.notMatch(
    labels(dated)?.join('\n'),
    'min_bytes',
    'an old file of the same pattern is large, too',
  );
});

t.test('logs and empty files are weak, and are left out unless wanted', async (t) => {
  const both = run([file('out.tar'), file('cron.log'), file('done', { bytes: 0 })]);
  const found = labels([both, both, both]);
  t.ok(found?.includes('fresh out.tar'));
  t.ok(found?.includes('weak fresh cron.log'));
  t.ok(found?.includes('weak fresh done'));
});

t.test('a run that wrote the same bytes again asks for unchanged: ok', async (t) => {
  const same = run([file('index.html', { how: 'rewritten' })]);
  t.ok(labels([run([file('index.html')]), same, same])?.includes('unchanged ok'));
  const changed = run([file('index.html')]);
  t.notOk(labels([changed, changed, changed])?.includes('unchanged ok'));
});

t.test('an output that looked like an error once is not proposed as free of errors', async (t) => {
  const text = { lines: 10, firstLine: 'x', headings: [], complains: true };
  const bad = run([file('a.txt', { text })], { complains: true });
  t.notMatch(labels([bad, bad, bad])?.join('\n'), 'error');
});

t.test('times: past midnight, of long runs, of other schedules and zones', async (t) => {
  const at = (cron: string, more: Partial<WatchedRun> = {}, times = TIMES) => {
    const runs = [run([file('a')], more), run([file('a')], more), run([file('a')], more)];
    const all = labels(runs, { ...FOUND, schedule: cron, cron }, times) ?? [];
    return all.filter((label) => /^(?:start_by|done_by|time_zone|grace) /.test(label));
  };
  t.strictSame(at('15 2 * * *'), ['start_by 15 2 * * *', 'done_by 02:25', 'grace 10m']);
  t.strictSame(at('55 23 * * *'), ['start_by 55 23 * * *', 'done_by 00:05', 'grace 10m']);
  const long = { ms: 50 * 60_000 };
  t.strictSame(at('0 22 * * *', long), ['start_by 0 22 * * *', 'done_by 00:30', 'grace 10m']);
  t.strictSame(at('*/5 * * * *'), ['start_by */5 * * * *', 'grace 2m']);
  t.strictSame(at('0 6 * * mon'), ['start_by 0 6 * * mon', 'grace 10m']);
  t.match(at('15 2 * * *', {}, { machine: 'Asia/Tokyo', owner: 'UTC' }), [
    'start_by 15 2 * * *',
    'done_by 02:25',
    'time_zone Asia/Tokyo',
  ]);
  const { cron: _, ...reboot } = FOUND;
  t.notMatch(
    labels([run([file('a')]), run([file('a')]), run([file('a')])], reboot)?.join(),
    'start_by',
  );
});

t.test('a name and a folder from the words of a command', async (t) => {
  const folder = t.testdir({ out: {}, 'run.sh': '' });
  const rows: readonly (readonly [command: string, name: string, base: string | undefined])[] = [
    [`/usr/local/bin/backup.sh --all ${folder}/out`, 'backup', `${folder}/out`],
    [`cd ${folder} && ./run.sh > /dev/null 2>&1`, 'run', folder],
    [`nice -n 10 flock -n /tmp/x.lock python3 ${folder}/tidy_up.py`, 'tidy-up', folder],
    [`A=1 TZ=UTC make -C '${folder}/out' all`, 'make', `${folder}/out`],
    [`report > ${folder}/out/report.md`, 'report', `${folder}/out`],
    ['true', 'true', undefined],
  ];
  for (const [command, name, base] of rows) {
    t.equal(jobName({ ...FOUND, command }, new Set()), name, command);
    t.equal(jobBase({ ...FOUND, command }), base, command);
  }
  t.equal(jobName({ ...FOUND, command: 'true' }, new Set(['true', 'true-2'])), 'true-3');
});

t.test('a name of a file cannot write another job into the page', async (t) => {
  const evil = 'x\n```\n\n## other\n\n- **Host:** cron\n```yaml fresh\n- y\n';
  const runs = [run([file(evil)]), run([file(evil)]), run([file(evil)])];
  const job = { name: 'x', base: '/srv\n\n## other', runs };
  const section = jobSection(job, propose(job, TIMES) ?? []);
  t.strictSame(section.match(/^\s*(?:```|##).*/gm), [
    '\n## x',
    '\n```yaml proves',
    '```',
    '\n```yaml fresh',
    '```',
    '\n```yaml forbids',
    '```',
  ]);
});

t.test('the line that replaces the one of the host', async (t) => {
  const line = (found: Partial<FoundJob>, watch = true): string | undefined =>
    changedLine(
      { ...FOUND, ...found },
      { name: 'x', root: '/home/anna/work', nocturne: 'nocturne', watch },
    );
  const start = 'nocturne job run x --workspace /home/anna/work';
  t.equal(line({}), `15 2 * * * ${start} --watch -- ./x.sh`);
  t.equal(line({}, false), `15 2 * * * ${start} -- ./x.sh`);
  t.equal(
    line({ command: "date +%F > 'a b'" }),
    `15 2 * * * ${start} --watch -- /bin/sh -c 'date +\\%F > '\\''a b'\\'''`,
  );
  t.equal(line({ input: 'one\n100%' }), `15 2 * * * ${start} --watch -- ./x.sh%one%100\\%`);
  t.equal(
    line({ place: '/etc/cron.d/x:1', user: 'www-data' }),
    `15 2 * * * www-data ${start} --watch -- ./x.sh`,
  );
  t.equal(
    line({ host: 'systemd', command: "./x.sh $A '100%'" }),
    `ExecStart=\nExecStart=${start} --watch -- /bin/sh -c './x.sh $$A \\'100%%\\''`,
  );
  t.equal(line({ host: 'another' }), undefined);
});
