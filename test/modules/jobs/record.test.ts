/** A verdict that cannot be recorded is not lost. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { afterRun, beforeRun } from '../../../src/modules/jobs/around-run.js';
import { jobRuns } from '../../../src/modules/jobs/job-log.js';
import { openRuns } from '../../../src/modules/jobs/open-runs.js';
import { closeLostRuns } from '../../../src/modules/jobs/record-end.js';
import { jobPlace, write } from './job-place.js';

const OK = { end: { kind: 'exited', code: 0 } } as const;

t.test('it waits in the state directory, and the next look adds it', async (t) => {
  const directory = t.testdir();
  const fields = { Base: join(directory, 'work') };
  const place = jobPlace(directory, [{ name: 'report', fields, lists: { fresh: '- report.md' } }]);
  const { workspace } = place;
  const begun = await beforeRun(workspace, { job: 'report', by: 'a test' });
  t.equal(begun.mayStart, true);
  write(place.work, { 'report.md': 'a report\n' });
  const log = join(place.root, 'audit/job-log.jsonl');
  const whole = readFileSync(log);
  writeFileSync(log, 'spoiled\n');
  const judged = await afterRun(workspace, begun, OK);
  t.match(judged, { verdict: 'proved', unrecorded: /job-log\.jsonl/ });
  t.equal(openRuns(workspace.state).length, 1);
  t.same(closeLostRuns(workspace), [], 'not yet');
  writeFileSync(log, whole);
  t.same(closeLostRuns(workspace), [begun.run]);
  t.match([...jobRuns(workspace.snapshot())], [{ run: begun.run, verdict: 'proved' }]);
  t.same(openRuns(workspace.state), []);
  await t.rejects(afterRun(workspace, begun, OK), { code: 'NOT_FOUND' }, 'a run ends once');
});
