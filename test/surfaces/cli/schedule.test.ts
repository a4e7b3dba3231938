import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { fieldText } from '../../../src/project/field-text.js';
import { type Place, placeWithProject } from '../../passes/pass-workspace.js';
import { type CliCase, runCases } from './cases.js';

const BIN = fileURLToPath(new URL('../../../../bin/nocturne.cjs', import.meta.url));
const place = (directory: string): Place => placeWithProject(directory, '');
const lastFired = (at: Place, time: string): void =>
  writeFileSync(
    join(at.workspace.state, 'schedule.json'),
    JSON.stringify({ worker: time, manager: time }),
  );

const cases: readonly CliCase<Place>[] = [
  {
    that: 'the next runs are listed',
    words: ['schedule', '--list', '--manager', '30 6 * * *', '--time-zone', 'UTC'],
    exit: 0,
    json: {
      jobs: [
        { role: 'worker', expression: '0 */2 * * *', missed: [], run: 0 },
        { role: 'manager', next: [/T06:30:00Z$/, /T06:30:00Z$/, /T06:30:00Z$/] },
      ],
    },
  },
  {
    that: 'in the zone that is named',
    words: ['schedule', '--list', '--manager', '30 6 * * *', '--time-zone', 'Asia/Kolkata'],
    exit: 0,
    json: { jobs: [{}, { next: [/T01:00:00Z$/] }] },
  },
  {
    that: 'runs that were missed are made up for once',
    first: (at) => lastFired(at, new Date(Date.now() - 3 * 86_400_000).toISOString()),
    words: ['schedule', '--list', '--worker', '0 4 * * *'],
    exit: 0,
    then: (t, _at, { json }) =>
      t.match(json, { jobs: [{ run: 1, missed: [/T04:00:00Z$/, /T04:00:00Z$/] }] }),
  },
  {
    that: 'or not at all',
    words: ['schedule', '--list', '--worker', '0 4 * * *', '--missed', 'skip'],
    exit: 0,
    json: { jobs: [{ run: 0 }] },
  },
  {
    that: 'a schedule that is none is refused',
    words: ['schedule', '--list', '--worker', 'at night'],
    exit: 2,
    json: { error: { code: 'USAGE', hint: /five fields/ } },
  },
  {
    that: 'a zone that is none is refused',
    words: ['schedule', '--list', '--time-zone', 'Mars/Base'],
    exit: 2,
    json: { error: { code: 'USAGE' } },
  },
  {
    that: 'inside a pass nothing is scheduled',
    env: { NOCTURNE_RUN: 'RUN' },
    words: ['schedule', '--list'],
    exit: 5,
    json: { error: { code: 'REFUSED' } },
  },
];

t.test('a schedule, before it begins', async (t) => runCases(t, place, cases));

t.test(
  'what was missed is on record also when nothing is done about it, and the schedule ends when it is told to',
  async (t) => {
    const at = place(t.testdir());
    lastFired(at, new Date(Date.now() - 2 * 86_400_000).toISOString());
    const { NOCTURNE_RUN: _, NOCTURNE_PASS_TOKEN: __, ...clean } = process.env;
    const child = spawn(
      process.execPath,
      [BIN, 'schedule', '--missed', 'skip', '--worker', '0 4 1 1 *', '--manager', '0 4 * * *'],
      {
        cwd: at.root,
        env: { ...clean, NOCTURNE_HOME: at.home },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    t.teardown(() => child.kill('SIGKILL'));
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      // A second one would end it at once.
      if (!child.killed && /manager: 0 4 \* \* \*, next at/.test(said)) child.kill('SIGTERM');
    });
    const [code] = (await once(child, 'close')) as [number | null];
    t.equal(code, 0, said);
    const rows = at.workspace
      .snapshot()
      .records('AUDIT')
      .filter((row) => fieldText(row, 'type') === 'missed');
    t.same(
      rows.map((row) => [fieldText(row, 'target'), fieldText(row, 'result')]),
      [['manager', 'missed']],
    );
    t.match(fieldText(rows[0], 'detail'), /skip: runs 0 now/);
    t.same(at.workspace.snapshot().records('RUN'), [], 'and no pass ran');
  },
);
