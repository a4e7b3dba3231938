/** How long the records of runs are kept. */
import { utimesSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { keepQuestions, removeOldRunRecords, runRecord } from '../../src/passes/run-record.js';

t.test('the record of a run is as old as the run, whatever the time of its file', async (t) => {
  const state = t.testdir();
  const now = new Date('2026-11-21T03:00:00Z');
  const times = [new Date('2001-01-01T00:00:00Z'), new Date('2099-01-01T00:00:00Z')];
  const runs: readonly (readonly [runId: string, isKept: boolean])[] = [
    ['RUN-20261022-001', true],
    ['RUN-20261021-001', false],
    ['RUN-20250101-001', false],
  ];
  for (const time of times) {
    for (const [runId] of runs) {
      keepQuestions(state, runId, []);
      utimesSync(join(state, 'runs', `${runId}.json`), time, time);
    }
    removeOldRunRecords(state, now, 30);
    for (const [runId, isKept] of runs)
      t.equal(runRecord(state, runId) !== undefined, isKept, `${runId}, ${time.toISOString()}`);
  }
});
