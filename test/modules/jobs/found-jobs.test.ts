/** The jobs of a machine: crontabs, timers, hosts, and what is not there or does not answer. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { calendarCron } from '../../../src/modules/jobs/found/calendar-cron.js';
import { crontabJobs } from '../../../src/modules/jobs/found/crontab-jobs.js';
import { foundPlaces } from '../../../src/modules/jobs/found/found-places.js';
import { probeProgram } from '../../../src/modules/jobs/found/probe-program.js';
import { timerJobs } from '../../../src/modules/jobs/found/timer-jobs.js';
import { program } from './machine-jobs.js';

const OWN = { place: 'crontab of anna', hasUser: false, user: 'anna' };

t.test('lines of a crontab', async (t) => {
  const rows: readonly (readonly [line: string, expected: object])[] = [
    ['15 2 * * * backup.sh --all', { schedule: '15 2 * * *', command: 'backup.sh --all' }],
    ['  @daily\treport.sh', { schedule: '@daily', cron: '0 0 * * *', command: 'report.sh' }],
    ['@reboot start.sh', { schedule: '@reboot', command: 'start.sh', cron: undefined }],
    ['0 6 * jan,JUL mon-fri x', { cron: '0 6 * jan,JUL mon-fri' }],
    ['*/5\t0-6/2 1-7 * 7 x', { cron: '*/5 0-6/2 1-7 * 7' }],
    ['0 1 * * * date +\\%F > x', { command: 'date +%F > x', input: undefined }],
    ['0 1 * * * mail a%Hello%100\\%', { command: 'mail a', input: 'Hello\n100%' }],
  ];
  for (const [line, expected] of rows) {
    const { jobs, remarks } = crontabJobs(`# a comment\n\n${line}\n`, OWN);
    t.match(jobs[0], { place: 'crontab of anna:3', user: 'anna', ...expected }, line);
    t.strictSame(remarks, [], line);
  }
});

t.test('variables hold for the lines after them', async (t) => {
  const text =
    '0 1 * * * a\nSHELL=/bin/bash\nNAME = "two words"\nCRON_TZ=Asia/Tokyo\n0 2 * * * b=1 ./b.sh x=y\n';
  const { jobs } = crontabJobs(text, OWN);
  t.match(jobs[0], { env: {}, start: ['/bin/sh', '-c', 'a'] });
  t.match(jobs[1], {
    env: { SHELL: '/bin/bash', NAME: 'two words' },
    zone: 'Asia/Tokyo',
    start: ['/bin/bash', '-c', 'b=1 ./b.sh x=y'],
  });
});

t.test('a crontab below /etc names the user of each line', async (t) => {
  const text =
    '17 * * * * root cd / && run-parts /etc/cron.hourly\n@weekly www-data ./x.sh\n5 5 * * * only\n';
  const { jobs, remarks } = crontabJobs(text, { place: '/etc/crontab', hasUser: true });
  t.match(jobs, [
    { user: 'root', command: 'cd / && run-parts /etc/cron.hourly' },
    { user: 'www-data', command: './x.sh' },
  ]);
  t.match(remarks, ['/etc/crontab:3: expected a user and a command after the schedule']);
});

t.test('what is not a job is a remark, and rubbish is few of them', async (t) => {
  const { jobs, remarks } = crontabJobs('61 * * * * x\n@sometimes x\n1 2 3\n0 0 31 2 * x\n', OWN);
  t.strictSame(jobs, []);
  t.equal(remarks.length, 4);
  t.match(remarks[1], 'crontab of anna:2: @sometimes is not a schedule');
  const rubbish = crontabJobs('<html>\n'.repeat(500), OWN);
  t.equal(rubbish.remarks.length, 6);
  t.match(rubbish.remarks[5], '495 more lines could not be read');
});

t.test('times of systemd in the fields of cron', async (t) => {
  const rows: readonly (readonly [calendar: string, cron: string | undefined])[] = [
    ['daily', '0 0 * * *'],
    ['Weekly', '0 0 * * 1'],
    ['*-*-* 02:30:00', '30 2 * * *'],
    ['02:30', '30 2 * * *'],
    ['Mon..Fri 02:30', '30 2 * * mon-fri'],
    ['Mon,Thu *-*-* 04:00:00', '0 4 * * mon,thu'],
    ['*:0/15', '*/15 * * * *'],
    ['*-*-01 05:00', '0 5 1 * *'],
    ['*-01,07-01 00:00:00', '0 0 1 1,7 *'],
    ['*-*-1..7 18:00', '0 18 1-7 * *'],
    ['Sat *-*-1..7 18:00', undefined],
    ['2026-11-29 02:30', undefined],
    ['*-*~1 02:30', undefined],
    ['02:30:15', undefined],
    ['02:30 Europe/Berlin', undefined],
    ['*:5/20', undefined],
    ['', undefined],
  ];
  for (const [calendar, cron] of rows) t.equal(calendarCron(calendar), cron, calendar);
});

t.test('unit files with drop-ins, specifiers and several lines', async (t) => {
  const path = t.testdir({
    'a.timer': '[Timer]\nOnCalendar=daily\nUnit=work.service\n',
    'work.service':
      '[Service]\nExecStart=-/bin/one %h/x \\\n  100%%\nExecStart=/bin/two\nUser=anna\nWorkingDirectory=~\n',
    'a.timer.d': { '10.conf': '[Timer]\nOnCalendar=\nOnCalendar=*-*-* 03:00\n' },
    'b.timer': '[Timer]\nOnUnitActiveSec=1h\nOnBootSec=5min\n',
    'b.service': '[Service]\nEnvironment="A=1 2" B=3\nExecStart=/bin/b\n',
    'c.timer': '[Timer]\nOnCalendar=daily\n',
    'd.timer': '[Timer]\nOnCalendar=daily\n',
    'd.service': '[Service]\nExecStart=/bin/d %i\n',
  });
  const { jobs, remarks } = timerJobs({ path, home: '/home/anna' });
  t.match(jobs, [
    {
      id: 'a.timer',
      cron: '0 3 * * *',
      command: '/bin/one /home/anna/x 100% && /bin/two',
      user: 'anna',
      directory: '/home/anna',
    },
    { id: 'b.timer', schedule: 'OnBootSec=5min, OnUnitActiveSec=1h', env: { A: '1 2', B: '3' } },
  ]);
  t.equal(jobs[1]?.cron, undefined);
  t.match(remarks, [
    /c\.timer starts c\.service, which is not in/,
    /d\.service: its ExecStart= cannot/,
  ]);
});

t.test('a program that is absent, silent, verbose, or prints something else', async (t) => {
  const bin = t.testdir();
  program(join(bin, 'silent'), '#!/bin/sh\nexec sleep 60\n');
  program(join(bin, 'verbose'), '#!/bin/sh\nexec yes\n');
  program(join(bin, 'binary'), "#!/bin/sh\nprintf '\\000\\001'\n");
  program(join(bin, 'broken'), '#!/no/such/interpreter\n');
  program(join(bin, 'denied'), '#!/bin/sh\necho "you may not use this" >&2; exit 1\n');
  const ask = (name: string) =>
    probeProgram(name, {
      args: [],
      env: { PATH: `${bin}:/usr/bin:/bin` },
      largest: 10_000,
      patienceMs: 500,
    });
  t.match(await ask('absent'), { kind: 'unusable', why: 'absent is not on the path' });
  t.match(await ask('silent'), { kind: 'unusable', why: 'silent gave no answer in 0.5 seconds' });
  t.match(await ask('verbose'), { kind: 'unusable', why: 'verbose prints more than 10000 bytes' });
  t.match(await ask('binary'), { kind: 'unusable', why: 'binary does not print text' });
  t.match(await ask('broken'), { kind: 'unusable', why: /^broken did not run: / });
  t.match(await ask('denied'), { kind: 'ended', exit: 1, stderr: /you may not/ });
});

t.test('every place is read or has a remark, and none stops the others', async (t) => {
  const directory = t.testdir({
    etc: {
      'cron.d': {
        backup: '0 3 * * * root /usr/bin/backup\n',
        '.placeholder': 'x\n',
        'a.bak': 'x\n',
      },
    },
  });
  mkdirSync(join(directory, 'etc/crontab'));
  mkdirSync(join(directory, 'etc/systemd/system'), { recursive: true });
  writeFileSync(join(directory, 'etc/systemd/system/w.timer'), '[Timer]\nOnCalendar=daily\n');
  writeFileSync(join(directory, 'etc/systemd/system/w.service'), '[Service]\nExecStart=/bin/w\n');
  program(join(directory, 'bin/crontab'), '#!/bin/sh\necho "no crontab for anna" >&2; exit 1\n');
  program(join(directory, 'bin/systemctl'), '#!/bin/sh\necho "not JSON"\n');
  program(join(directory, 'bin/openclaw'), '#!/bin/sh\necho rubbish\n');
  const env = { PATH: `${directory}/bin:/usr/bin:/bin`, HOME: directory };
  const places = await foundPlaces({ env, etc: join(directory, 'etc') });
  t.strictSame(
    places.flatMap(({ jobs }) => jobs.map(({ command }) => command)),
    ['/usr/bin/backup', '/bin/w'],
  );
  const remarks = places.flatMap((place) => place.remarks).join('\n');
  t.match(remarks, /has no crontab/);
  t.match(remarks, /etc\/crontab cannot be read: EISDIR/);
  t.match(
    remarks,
    /whether these timers are started is not known: .* does not print a list in JSON/,
  );
  t.match(remarks, /openclaw cron list of this version \(rubbish\) has no --json/);
});
