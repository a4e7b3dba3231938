/** `plan attempts`: a table, a plot, and the same for programs. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { LoopRecord, loopFolder } from '../../../../src/modules/plans/loop/loop-record.js';
import type { LoopRow } from '../../../../src/modules/plans/loop/rows.js';
import { nocturne } from '../run/plan-place.js';
import { PLACE, placeWithLoop } from './loop-place.js';
import { attempted, BEGUN, simulate, TIME } from './simulated-loop.js';

t.setTimeout(120_000);

const SCORES = [10, 12, 9, 15];

function rowsOfLoop(): readonly LoopRow[] {
  const settings = {
    metric: { direction: 'higher', attempts: 3, repeats: 7 },
    budget: {},
  } as const;
  return simulate(settings, (state) => SCORES[state] ?? 0).rows.map((row) =>
    row.kind === 'attempted' ? { ...row, tried: `Tried ${row.attempt}`, tokens: 1200 } : row,
  );
}

t.test('plan attempts shows what was tried, measured and kept', async (t) => {
  const place = placeWithLoop(t.testdir(), '');
  const before = await nocturne(place, 'plan', 'attempts', 'pages', 'faster');
  t.match(before, { exitCode: 0, stdout: 'Nothing of faster was measured yet.' });
  const record = new LoopRecord({ state: place.workspace.state, ...PLACE });
  for (const row of rowsOfLoop()) record.append(row);
  record.close();

  const shown = await nocturne(place, 'plan', 'attempts', 'pages', 'faster');
  t.match(shown.stdout, /^node bench\/score\.mjs \(higher is better\)\. Before .*: 10, 10, 10\./);
  t.match(shown.stdout, /^1 +12 +10 +\+2 +kept +1,?200 tokens, 1\.0 min/m);
  t.match(shown.stdout, /^2 +9 +12 +-3 +discarded/m);
  t.match(shown.stdout, /^ +15 ┤ +╭─+/m, 'the plot');
  t.match(shown.stdout, /Attempt 3 is the best one kept\.$/);

  const { stdout } = await nocturne(place, 'plan', 'attempts', 'pages', 'faster', '--json');
  t.match(JSON.parse(stdout), {
    ok: true,
    start: [10, 10, 10],
    best: 3,
    stopped: { reason: 'attempts' },
    attempts: [
      { attempt: 1, verdict: 'kept', score: 12, against: 10, gain: 2, t: null, measurements: 20 },
      { attempt: 2, verdict: 'discarded', score: 9, gain: -3, measurements: 6, files: 'removed' },
      { attempt: 3, verdict: 'kept', score: 15, against: 12, tokens: 1200, cost: null },
    ],
  });
});

t.test('a step without a metric has no attempts, and a wrong name is said', async (t) => {
  const place = placeWithLoop(t.testdir(), '');
  const { exitCode, stderr } = await nocturne(place, 'plan', 'attempts', 'pages', 'fastr');
  t.not(exitCode, 0);
  t.match(stderr, /the step "fastr" is not in the plan/);
  t.match(stderr, /faster/);
});

t.test('a record that somebody changed is refused', async (t) => {
  const place = placeWithLoop(t.testdir(), '');
  const where = { state: place.workspace.state, ...PLACE };
  const record = new LoopRecord(where);
  record.append(BEGUN);
  record.append(attempted(1));
  record.append({ kind: 'measured', time: TIME, phase: 'look', side: 'best', value: 1 });
  record.close();
  const path = join(loopFolder(where), 'record.jsonl');
  writeFileSync(path, readFileSync(path, 'utf8').replace('"minutes":1', '"minutes":0'));
  const { stderr } = await nocturne(place, 'plan', 'attempts', 'pages', 'faster');
  t.match(stderr, /row 2 of the attempts of pages\/faster is not what Nocturne wrote/);
});
