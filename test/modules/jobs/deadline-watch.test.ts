/** The deadline watch, through the real command line with a clock that the test sets. */
import { once } from 'node:events';
import { join } from 'node:path';
import t from 'tap';
import { fieldText } from '../../../src/project/field-text.js';
import { clockFile } from '../../support/clock-file.js';
import { type JobPlace, jobPlace, nocturne, runJob } from './job-place.js';

t.setTimeout(300_000);

const BACKUP = {
  name: 'backup',
  fields: { 'Start by': '02:15', 'Done by': '04:00' },
  lists: { fresh: '- backup.tar' },
};

function topics({ workspace }: JobPlace): readonly string[] {
  return workspace
    .snapshot()
    .records('NOTIFICATION')
    .filter((record) => fieldText(record, 'kind') === 'incident')
    .map((record) => `${fieldText(record, 'topic')} ${fieldText(record, 'status')}`);
}

t.test(
  'a machine slept over the night: the morning page says when the job should have run',
  async (t) => {
    const place = jobPlace(t.testdir(), [BACKUP], { at: '2026-11-28T18:00:00Z' });
    const clock = clockFile(join(t.testdirName, 'clock'), '2026-11-29T07:00:00Z');
    const { env } = clock;
    const before = await nocturne(place, ['status'], { env });
    t.match(before.stdout, /backup should have started by 2026-11-29 02:15 \(UTC\) and did not/);
    t.strictSame(topics(place), [], 'looking writes nothing');

    const morning = await nocturne(place, ['run', 'manager'], { env });
    t.equal(morning.exitCode, 0, morning.stderr);
    const page = place.workspace.snapshot().text('NOTIFICATIONS.md') ?? '';
    const [briefing = ''] = page.split('## Inbox');
    t.match(briefing, /backup should have started by 2026-11-29 02:15 \(UTC\) and did not/);
    t.match(page, /Noticed at 2026-11-29 07:00\. Until then the machine slept or was off/);
    t.strictSame(topics(place), ['job-backup@2026-11-29T02:15:00Z open']);

    await nocturne(place, ['run', 'manager'], { env });
    await nocturne(place, ['run', 'worker'], { env });
    t.strictSame(topics(place), ['job-backup@2026-11-29T02:15:00Z open'], 'told once');
    const log = place.workspace.snapshot().text('audit/job-log.jsonl') ?? '';
    t.equal(log.trim().split('\n').length, 1, 'and one row of the log');

    const grid = await nocturne(place, ['job', 'list'], { env });
    t.match(grid.stdout, /^backup(?: +\.){13} +! {2}no run yet$/m, 'the grid shows it');

    clock.set('2026-11-30T08:00:00Z');
    await nocturne(place, ['run', 'worker'], { env });
    t.strictSame(
      topics(place),
      ['job-backup@2026-11-29T02:15:00Z done', 'job-backup@2026-11-30T02:15:00Z open'],
      'the next night is another incident, which replaces it',
    );
  },
);

t.test('a run that proves its work closes what was open', async (t) => {
  const fields = { ...BACKUP.fields, Base: join(t.testdirName, 'work') };
  const place = jobPlace(t.testdir(), [{ ...BACKUP, fields }], { at: '2026-11-28T18:00:00Z' });
  const { env } = clockFile(join(t.testdirName, 'clock'), '2026-11-29T07:00:00Z');
  await nocturne(place, ['run', 'worker'], { env });
  t.strictSame(topics(place), ['job-backup@2026-11-29T02:15:00Z open']);
  t.match(await runJob(place, 'backup', 'date +%N > backup.tar'), { verdict: 'proved' });
  t.strictSame(topics(place), ['job-backup@2026-11-29T02:15:00Z done']);
});

t.test('nocturne serve wakes after a jump of the clock and tells at once', async (t) => {
  const place = jobPlace(t.testdir(), [BACKUP], { at: '2026-11-28T18:00:00Z' });
  const clock = clockFile(join(t.testdirName, 'clock'), '2026-11-29T02:14:50Z');
  const serving = nocturne(place, ['serve', '--json'], { env: clock.env });
  const said: string[] = [];
  const told = new Promise<void>((resolve) => {
    serving.stderr.on('data', (chunk: Buffer) => {
      said.push(String(chunk));
      if (said.join('').includes('next deadline of a job: 2026-11-29 02:15'))
        clock.set('2026-11-29T07:00:00Z');
      if (said.join('').includes('did not')) resolve();
    });
  });
  await Promise.race([told, once(serving, 'exit')]);
  serving.kill('SIGTERM');
  await serving;
  t.match(said.join(''), /backup should have started by 2026-11-29 02:15 \(UTC\) and did not/);
  t.strictSame(topics(place), ['job-backup@2026-11-29T02:15:00Z open']);
});
