/** One job from its page to its verdict, through the real command line. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { jobRuns } from '../../../src/modules/jobs/job-log.js';
import { fieldText } from '../../../src/project/field-text.js';
import { jobPlace, runJob } from './job-place.js';

t.setTimeout(300_000);

t.test('a run that did its work is proved, one that did nothing is not', async (t) => {
  const place = jobPlace(t.testdir(), [
    {
      name: 'report',
      fields: { Base: join(t.testdirName, 'work') },
      lists: { proves: '- file_exists: { in: report.md, min_bytes: 10 }', fresh: '- report.md' },
    },
  ]);
  const good = await runJob(place, 'report', 'echo "a whole report" > report.md');
  t.match(good, { exit: 0, verdict: 'proved', reasons: [] });
  const idle = await runJob(place, 'report', 'true');
  t.match(idle, { exit: 1, verdict: 'unproved', reasons: [{ kind: 'fresh' }] });
  t.match(
    idle.stderr,
    /report is unproved \(JOB-\d{8}-002\)\n {2}report\.md: 1 file, and it is as it was before the run/,
  );
  const snapshot = place.workspace.snapshot();
  const runs = [...jobRuns(snapshot)];
  t.match(runs, [
    { verdict: 'unproved', told: true },
    { verdict: 'proved', told: false },
  ]);
  t.match(
    snapshot.records('NOTIFICATION').map((record) => fieldText(record, 'topic')),
    ['job-report'],
  );
  const log = readFileSync(join(place.root, 'audit/job-log.jsonl'), 'utf8').trim().split('\n');
  t.equal(log.length, 4, 'two rows for each run');
});
