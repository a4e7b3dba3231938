/** `kill -9` at any instant of a loop: nothing that was measured is lost or counted twice. */
import { spawnSync } from 'node:child_process';
import t from 'tap';
import { isOver } from '../../../../src/modules/plans/engine/ready-steps.js';
import { type Loop, readLoop } from '../../../../src/modules/plans/loop/loop-state.js';
import { readRecord } from '../../../../src/modules/plans/loop/loop-record.js';
import { planOf } from '../run/plan-place.js';
import { agentThat, BY_SHELL, loopIn, PLACE, placeWithLoop, projectText } from './loop-place.js';
import { childProgram } from '../../../support/child-program.js';

t.setTimeout(540_000);

const hasSandbox = spawnSync('bwrap', ['--version']).error === undefined;
const skip = !hasSandbox && 'bubblewrap is not installed';
const CHILD = childProgram('loop-child.js', import.meta.url);
const AGENT = agentThat(
  "write('src/value.txt', '12')",
  "write('src/value.txt', '11')",
  "write('src/value.txt', read('src/value.txt') + ' + 3')",
);
/** Flushes until each process is killed: within a pass, and over several. */
const KILLS = [9, 41, 97, 23, 150, 61, 211, 13, 120, 77, 181, 33, 260, 52, 140, 300, 88, 230];

const facts = ({ attempts, start, stopped }: Loop) => ({
  start,
  stopped: stopped?.why,
  attempts: attempts.map(({ attempt, tried, verdict, why, look, test }) => ({
    ...{ attempt, tried, verdict, why, look, test },
  })),
});

t.test('a loop that is killed again and again ends like one that is not', { skip }, async (t) => {
  const place = placeWithLoop(t.testdir(), AGENT, { metric: BY_SHELL });
  let killed = 0;
  for (const last of [...KILLS, 0]) {
    const { signal } = spawnSync(process.execPath, [CHILD, place.root, place.home, String(last)]);
    if (signal === 'SIGKILL') killed += 1;
    if (isOver(planOf(place))) break;
  }
  t.comment(`killed ${killed} times`);
  t.ok(killed >= 8, `${killed}`);
  t.equal(planOf(place).status, 'done', planOf(place).steps.get('faster')?.why ?? '');
  t.equal(projectText(place, 'src/value.txt'), '12 + 3');
  const seven = (value: number): readonly number[] => Array.from({ length: 7 }, () => value);
  t.match(facts(loopIn(place)), {
    start: [10, 10, 10],
    stopped: 'All 3 attempts were made. Attempt 3 is the best one kept.',
    attempts: [
      { tried: 'try number 1', verdict: 'kept', test: { best: seven(10), attempt: seven(12) } },
      { tried: 'try number 2', verdict: 'discarded', look: { attempt: [11, 11, 11] } },
      { tried: 'try number 3', verdict: 'kept', test: { best: seven(12), attempt: seven(15) } },
    ],
  });
  const rows = readRecord({ state: place.workspace.state, ...PLACE });
  t.equal(rows.filter(({ kind }) => kind === 'begun').length, 1, 'one loop');
  t.same(readLoop(rows)?.attempts.length, 3);
});
