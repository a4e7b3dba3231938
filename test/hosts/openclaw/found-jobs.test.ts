/** OpenClaw's automations as `job new` lists them, and an OpenClaw that does not tell. */
import t from 'tap';
import { foundJobs } from '../../../src/hosts/openclaw/found-jobs.js';
import { standInOpenclaw } from './stand-in-openclaw.js';

t.test('the automations that are enabled, with their schedules and tasks', async (t) => {
  const directory = t.testdir();
  const host = standInOpenclaw(directory, []);
  const turn = (message: string) => ({ kind: 'agentTurn', message });
  host.change({
    jobs: [
      {
        id: 'a-1',
        name: 'Morning digest',
        schedule: { kind: 'cron', expr: '0 7 * * *', tz: 'Europe/Lisbon' },
        payload: turn('Write the digest'),
      },
      {
        id: 'a-2',
        name: '',
        schedule: { kind: 'every', everyMs: 3_600_000 },
        payload: turn('Look'),
      },
      { id: 'a-3', name: 'off', enabled: false, payload: turn('x') },
    ],
  });
  const env = { PATH: `${directory}:/usr/bin:/bin`, HOME: '/home/anna' };
  t.match(await foundJobs({ env }), {
    remarks: [],
    jobs: [
      {
        host: 'openclaw',
        id: 'a-1',
        place: 'automation Morning digest',
        cron: '0 7 * * *',
        zone: 'Europe/Lisbon',
        command: 'Write the digest',
        directory: '/home/anna/.openclaw/workspace',
        start: [host.program, 'cron', 'run', 'a-1', '--wait'],
      },
      { id: 'a-2', place: 'automation a-2', schedule: 'every 60 minutes', cron: undefined },
    ],
  });
  t.equal((await foundJobs({ env })).jobs.length, 2);
});

t.test('one that is absent or prints another form has no jobs and one remark', async (t) => {
  const directory = t.testdir();
  const absent = await foundJobs({ env: { PATH: '/usr/bin:/bin' } });
  t.match(absent, { jobs: [], remarks: ['openclaw is not on the path'] });
  const host = standInOpenclaw(directory, []);
  host.change({ jobs: [{ name: 'without an id' }] });
  const other = await foundJobs({ env: { PATH: `${directory}:/usr/bin:/bin` } });
  t.match(other, {
    jobs: [],
    remarks: [/openclaw cron list prints jobs in a form that is not known/],
  });
});
