/** The morning page of a workspace that has worked for years without one. */
import t from 'tap';
import { growLogs } from '../../bench/make-logs.js';
import { briefing } from '../../src/passes/manager/briefing.js';
import type { Snapshot } from '../../src/workspace/types.js';
import { makeWorkspace } from '../support/make-workspace.js';

t.setTimeout(180_000);
const { workspace } = makeWorkspace(t.testdir());
growLogs(workspace, { bytes: 5_500_000 });
const snapshot = workspace.snapshot();
t.teardown(() => workspace.close());

const page = (of: Snapshot, since: Date): string =>
  briefing({ snapshot: of, since, incidents: [], gatePasses: true, notes: [] });

/** How often the page asks for the rows of the audit log, which has most of the bytes. */
function readingsSince(since: Date): number {
  let readings = 0;
  page(
    {
      ...snapshot,
      rows: (object, options) => {
        if (object === 'AUDIT') readings++;
        return snapshot.rows(object, options);
      },
    },
    since,
  );
  return readings;
}

t.test('a briefing of many passes reads the audit log as often as one of few', (t) => {
  const nights = [...snapshot.rows('RUN')].map((run) => run.fields.get('ended')?.value ?? '');
  const few = new Date(nights.at(-4) ?? '');
  t.match(page(snapshot, few), /: 3 passes \(3 ADEQUATE\)/);
  t.equal(readingsSince(new Date(0)), readingsSince(few));
  t.end();
});

t.test('it reports the last 1,000 passes and says so', (t) => {
  t.ok([...snapshot.rows('RUN')].length > 1000);
  t.match(page(snapshot, new Date(0)), /: the last 1000 passes \(1000 ADEQUATE\)/);
  t.end();
});
