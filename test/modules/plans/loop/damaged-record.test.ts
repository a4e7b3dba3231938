/** The record of one step's attempts that another program has changed, and everything else. */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { keepAttempt } from '../../../../src/modules/plans/loop/attempt-store.js';
import { expireAttempts } from '../../../../src/modules/plans/loop/expire-attempts.js';
import {
  loopFolder,
  type LoopPlace,
  LoopRecord,
} from '../../../../src/modules/plans/loop/loop-record.js';
import { fieldText } from '../../../../src/project/field-text.js';
import { statesOf } from '../run/plan-place.js';
import { onDisk, passIn, PLACE, placeWithLoop } from './loop-place.js';
import { attempted, BEGUN, TIME } from './simulated-loop.js';

t.setTimeout(240_000);

const hasSandbox = spawnSync('bwrap', ['--version']).error === undefined;
const skip = !hasSandbox && 'bubblewrap is not installed';

t.test('a damaged record keeps back its own step, and no other', { skip }, async (t) => {
  const others = [{ id: 'write', run: 'command', command: 'touch a.txt', produces: 'a.txt' }];
  const place = placeWithLoop(t.testdir(), '', { others });
  damagedRecord({ state: place.workspace.state, ...PLACE });
  await passIn(place);
  t.match(statesOf(place), { faster: 'ready', write: 'proved' });
  const { runId } = (await passIn(place)).data;
  const rows = place.workspace.snapshot().records('AUDIT');
  const dispatched = rows.find(
    (row) => fieldText(row, 'run_id') === runId && fieldText(row, 'type') === 'dispatch',
  );
  t.match(
    fieldText(dispatched, 'detail'),
    /row 1 of the attempts of pages\/faster is not what Nocturne wrote/,
  );
});

t.test('a damaged record stops no files of other steps from being removed', (t) => {
  const place = placeWithLoop(t.testdir(), '');
  const where = { state: place.workspace.state, ...PLACE };
  damagedRecord({ ...where, step: 'a' });
  finishedRecord(where);
  const source = join(place.root, 'PROJECTS/pages/src/value.txt');
  keepAttempt(where, 'W-1', [{ path: 'a.txt', after: 'hash', size: 2 }], () => source);
  const now = new Date('2026-12-14T12:00:00Z');
  t.match(expireAttempts(where.state, { ...place.workspace.snapshot(), now }), [
    /^row 1 of the attempts of pages\/a is not what Nocturne wrote/,
    'attempt 1 of pages/faster expired',
  ]);
  t.same(onDisk(place), []);
  t.end();
});

function finishedRecord(place: LoopPlace): void {
  const record = new LoopRecord(place);
  for (const row of [BEGUN, attempted(1)]) record.append(row);
  record.append({ kind: 'stopped', time: TIME, reason: 'attempts', why: 'All were made.' });
  record.close();
}

function damagedRecord(place: LoopPlace): void {
  finishedRecord(place);
  const path = join(loopFolder(place), 'record.jsonl');
  writeFileSync(path, readFileSync(path, 'utf8').replace(TIME, '2020-01-01T00:00:00Z'));
}
