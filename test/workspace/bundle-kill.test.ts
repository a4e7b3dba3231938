import { spawn } from 'node:child_process';
import t from 'tap';
import { verifyGate } from '../../src/integrity/gate.js';
import { recover } from '../../src/workspace/recover.js';
import type { Snapshot } from '../../src/workspace/types.js';
import { oneProject, type OneProject, rowsOf } from './one-project.js';
import { childProgram } from '../support/child-program.js';

t.setTimeout(600_000);

const KILLS = Number(process.env['NOCTURNE_KILLS'] ?? 25);
const PROGRAM = childProgram('crash/record-writer.js', import.meta.url);

t.test(
  `after each of ${KILLS} kills the workspace is wholly as before a bundle or wholly as after it`,
  async (t) => {
    const place = oneProject(t.testdir());
    let inside = 0;
    let before = 0;
    for (let kill = 1; kill <= KILLS; kill++) {
      const said = await killed(place, kill % 5 === 0);
      const recovery = recover(place.root, place.workspace.state);
      const round = wholeRound(place.workspace.snapshot());
      const { findings } = verifyGate(place.root, place.home);
      if (findings.length > 0) t.same(findings, [], `kill ${kill}`);
      const last = said ?? before;
      if (round !== last && round !== last + 1)
        t.fail(`kill ${kill}: the process said ${last}, the workspace is at ${round}`);
      if (round === last + 1 || recovery.finished.length + recovery.discarded > 0) inside++;
      before = round;
    }
    const rounds = wholeRound(place.workspace.snapshot());
    t.comment(`${rounds} bundles, ${inside} of ${KILLS} kills in the middle of one`);
    t.ok(rounds > 0);
  },
);

/**
 * The last round that the process said was committed, when it said any, before it was killed: at a
 * random instant of its third round, as long as
 * the second took; `cold`: of its beginning.
 */
function killed({ root, home }: OneProject, cold: boolean): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [PROGRAM, root, home, 'bundles', '1000'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    let complaint = '';
    let began = 0;
    let timer: NodeJS.Timeout | undefined;
    child.stdout.on('data', (data) => {
      said += String(data);
      const rounds = said.split('\n').length - 2;
      if (rounds === 1) began = performance.now();
      if (cold || rounds === 2)
        timer ??= setTimeout(
          () => child.kill('SIGKILL'),
          Math.random() * (cold ? 300 : 1.2 * (performance.now() - began)),
        );
    });
    child.stderr.on('data', (data) => {
      complaint += String(data);
    });
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      if (signal !== 'SIGKILL') return reject(new Error(`ended by itself: ${code} ${complaint}`));
      const last = said
        .split('\n')
        .filter((line) => /^\d+$/.test(line))
        .at(-1);
      resolve(last === undefined ? undefined : Number(last));
    });
  });
}

/**
 * The round in which all four files and both logs agree that the workspace is. @throws Error saying
 * which of them does not.
 */
function wholeRound(snapshot: Snapshot): number {
  const rounds = rowsOf(snapshot, 'AUDIT', ['type', 'detail'])
    .filter(([type]) => type === 'round')
    .map(([, detail]) => Number(detail));
  const round = rounds.length;
  const forth = round % 2 === 1;
  const value = (address: string): string => snapshot.locate(address).cell?.value ?? '';
  const expected: Readonly<Record<string, string>> = {
    'DISPATCH[pages].status': forth ? 'transition-hold' : 'active',
    'DISPATCH[pages].escalation': forth ? `round ${round}` : '',
    'DISPATCH[pages].phase': round < 2 ? 'write' : `p${forth ? round - 1 : round}`,
    'PROJECT[pages].phase.status': forth ? 'complete' : 'active',
    'PROJECT[pages].phase.name': round < 2 ? 'write' : `p${forth ? round - 1 : round}`,
    'PROJECT[pages].transition.expires_at': forth ? '2030-01-01T00:00:00Z' : '',
    'PROJECT[pages].next_pass.objective':
      round < 2 ? 'Write the first page.' : `after ${forth ? round - 1 : round}`,
  };
  for (const [address, text] of Object.entries(expected))
    if (value(address) !== text)
      throw new Error(`${address} is "${value(address)}" in round ${round}, expected "${text}"`);
  if (rounds.some((one, i) => one !== i + 1))
    throw new Error(`the audit log has the rounds ${rounds.join(', ')}`);
  const asked = snapshot
    .records('NOTIFICATION')
    .map(
      (record) =>
        `${record.fields.get('action_needed')?.value} ${record.fields.get('body')?.value}`,
    );
  const questions = Array.from(
    { length: Math.ceil(round / 2) },
    (_, i) => `round ${2 * i + 1} of ${2 * i + 1}`,
  );
  if (asked.join() !== questions.join())
    throw new Error(`in round ${round} the questions are ${asked.join()}`);
  const logged = new Map(
    rowsOf(snapshot, 'CHANGE', ['address', 'new']).map(([address = '', now]) => [address, now]),
  );
  for (const [address, now] of logged)
    if (/^(ACTIVE-PROJECTS\.md|PROJECTS)/.test(address) && value(address) !== now)
      throw new Error(`the change log says that ${address} is "${now}", it is "${value(address)}"`);
  const reasons = new Set(
    rowsOf(snapshot, 'CHANGE', ['reason'])
      .flat()
      .filter((reason) => reason.startsWith('round ')),
  );
  if (reasons.size !== round)
    throw new Error(`the change log knows ${reasons.size} rounds, the audit log ${round}`);
  return round;
}
