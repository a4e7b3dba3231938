/** Commits that fail while a pass in place is open: nothing of them counts as written. */
import { writeFileSync } from 'node:fs';
import * as real from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { verifyGate } from '../../src/integrity/gate.js';
import { type Files, replaceFiles } from '../../src/kernel/files.js';
import { systemClock } from '../../src/kernel/clock.js';
import { beginPass } from '../../src/passes/host/host-driver.js';
import { readCommitRecord } from '../../src/workspace/commit-record.js';
import { breakLock } from '../../src/workspace/pass-lock.js';
import { environment, type Place, placeWithProject, read, REPORT } from './pass-workspace.js';

t.setTimeout(300_000);

function setPriority({ workspace }: Place, value: number): void {
  workspace.commit({
    actor: { kind: 'owner', name: 'owner' },
    runId: '',
    reason: 'set',
    changes: [{ kind: 'set', address: 'ACTIVE-PROJECTS.md#pages.priority', value }],
  });
}

/** @returns whether the commit failed because the call with this number did. */
function failsAt(place: Place, name: keyof Files, nth: number): boolean {
  let calls = 0;
  const call = Reflect.get(real, name) as (...words: readonly unknown[]) => unknown;
  const restore = replaceFiles({
    [name]: (...words: readonly unknown[]) => {
      calls += 1;
      if (calls === nth) throw Object.assign(new Error('EACCES: on purpose'), { code: 'EACCES' });
      return call(...words);
    },
  });
  try {
    setPriority(place, 2 + nth);
    return false;
  } catch {
    return true;
  } finally {
    restore();
  }
}

for (const name of ['renameSync', 'writeSync', 'fsyncSync', 'linkSync', 'mkdirSync'] as const)
  t.test(`a commit that fails at any ${name}`, async (t) => {
    const place = placeWithProject(t.testdir(), REPORT, { stop: '- file_exists: never.md' });
    const { root, home, workspace } = place;
    const begun = await beginPass(environment(place), { role: 'worker' });
    if (begun.kind !== 'brief') return t.fail(begun.report.outcome);
    let failed = 0;
    for (let nth = 1; nth <= 40; nth++) if (failsAt(place, name, nth)) failed += 1;
    t.ok(failed > 0, `${failed} commits failed`);
    setPriority(place, 99);
    const { runId } = begun.data;
    const records = readCommitRecord(workspace.state, runId);
    const last = records.filter(({ path }) => path === 'ACTIVE-PROJECTS.md').at(-1);
    t.match(last, { kind: 'file', byOwner: true });
    writeFileSync(join(root, 'SOUL.md'), 'The agent was here.\n');
    breakLock(root, workspace.state, { clock: systemClock });
    const next = await beginPass(environment(place), { role: 'worker' });
    t.not(next.kind === 'over' && next.report.exit, 3, 'the gate lets the next pass in');
    t.same(verifyGate(root, home).findings, []);
    t.ok(read(place, 'ACTIVE-PROJECTS.md').includes('| 99 | pages |'));
    const undone = read(place, 'NOTIFICATIONS.md').match(
      /pages \(RUN-[^)]*\) changed (.*?), which/,
    );
    t.equal(undone?.[1], 'SOUL.md', 'only what the agent changed is undone');
  });
