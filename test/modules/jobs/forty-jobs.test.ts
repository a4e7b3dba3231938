/** Forty jobs by plain cron: twenty that lie are caught, and twenty that do not are believed. */
import { join } from 'node:path';
import t from 'tap';
import { jobRuns } from '../../../src/modules/jobs/job-log.js';
import { DISHONEST, FORTY, HONEST, type JobCase } from './forty-jobs.js';
import { askForJob, jobPlace, type RunAnswer, runJob, write } from './job-place.js';

t.setTimeout(540_000);

/** At once: some each in a process of its own, the others in one that stays. */
const LANES = [runJob, runJob, runJob, askForJob];

t.test('20 of 20 are caught, 0 of 20 falsely', async (t) => {
  t.equal(DISHONEST.length, 20);
  t.equal(HONEST.length, 20);
  const directory = t.testdir();
  const folderOf = ({ name }: JobCase): string => join(directory, 'work', name);
  const place = jobPlace(
    directory,
    FORTY.map((job) => ({ ...job, fields: { Base: folderOf(job), ...job.fields } })),
  );
  const answers = new Map<string, RunAnswer>();
  const waiting = [...FORTY];
  const lane = async (start: typeof runJob): Promise<void> => {
    for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) {
      write(folderOf(job), { '.keep': '', ...job.before });
      answers.set(job.name, await start(place, job.name, job.script, folderOf(job)));
    }
  };
  await Promise.all(LANES.map(lane));
  for (const { name, title, reason } of DISHONEST)
    t.match(
      answers.get(name),
      { exit: 1, verdict: 'unproved', reasons: [{ kind: reason }] },
      title,
    );
  for (const { name, title } of HONEST)
    t.match(answers.get(name), { exit: 0, verdict: 'proved', reasons: [] }, title);
  const snapshot = place.workspace.snapshot();
  const runs = [...jobRuns(snapshot)];
  t.equal(runs.filter(({ verdict }) => verdict === 'proved').length, 20, 'all in the log');
  t.equal(runs.filter(({ verdict }) => verdict === 'unproved').length, 20);
  t.equal(snapshot.records('NOTIFICATION').length, 20, 'and one notification for each that failed');
});
