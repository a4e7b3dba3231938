/** Page and log of a plan are one commit: no kill leaves one of them ahead of the other. */
import { spawn } from 'node:child_process';
import t from 'tap';
import { verifyGate } from '../../../../src/integrity/gate.js';
import { recover } from '../../../../src/workspace/recover.js';
import type { Place } from '../../../passes/pass-workspace.js';
import { approved, happen, placeWithPage, read, shownOf, stateOf } from './page-place.js';
import { childProgram } from '../../../support/child-program.js';

t.setTimeout(600_000);

const KILLS = Number(process.env['NOCTURNE_KILLS'] ?? 12);
const PROGRAM = childProgram('plan-child.js', import.meta.url);

t.test(`after each of ${KILLS} kills the page shows what the log has`, async (t) => {
  const place = placeWithPage(t.testdir());
  happen(place, approved);
  let last = 0;
  for (let kill = 1; kill <= KILLS; kill++) {
    const said = await killed(place);
    recover(place.root, place.workspace.state);
    const { logged, page, problems, edits } = read(place);
    t.same([...problems, ...edits], [], `kill ${kill}: nothing to correct`);
    t.equal(page?.revision, logged?.revision, `kill ${kill}: the same revision`);
    t.equal(shownOf(place), stateOf(place), `kill ${kill}: the same states`);
    t.ok((logged?.revision ?? 0) >= said, `kill ${kill}: what was committed is there`);
    t.same(verifyGate(place.root, place.home).findings, [], `kill ${kill}: the chain is whole`);
    last = logged?.revision ?? 0;
  }
  t.ok(last > KILLS, `${last} events`);
});

/** The last revision that the process said before it was killed, at a random instant of its work. */
function killed({ root, home }: Place): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [PROGRAM, root, home], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    let complaint = '';
    let timer: NodeJS.Timeout | undefined;
    child.stdout.on('data', (data) => {
      said += String(data);
      if (said.split('\n').length > 2)
        timer ??= setTimeout(() => child.kill('SIGKILL'), Math.random() * 150);
    });
    child.stderr.on('data', (data) => {
      complaint += String(data);
    });
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      if (signal !== 'SIGKILL') return reject(new Error(`ended by itself: ${code} ${complaint}`));
      resolve(Math.max(0, ...said.split('\n').map(Number).filter(Number.isFinite)));
    });
  });
}
