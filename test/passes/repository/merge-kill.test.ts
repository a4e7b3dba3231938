/** The merge queue, killed at any moment. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { FAKED_CLOCK } from '../../support/faked-clock.js';
import { attempt, fingerprint, ownersRepository, run } from './owners-repository.js';
import { childProgram } from '../../support/child-program.js';

t.setTimeout(300_000);

const CHILD = childProgram('./merge-child.js', import.meta.url);
const RUNS = Array.from({ length: 6 }, (_, i) => `RUN-20260301-00${i + 1}`);

t.test('no change is lost, and none is merged twice', async (t) => {
  const owners = ownersRepository(t.testdir());
  for (const runId of RUNS) attempt(owners, runId, { [`src/${runId}.js`]: 'x\n' });
  const before = fingerprint(owners.path);
  let kills = 0;
  for (let delay = 200; ; delay = 200 + ((delay * 7) % 900)) {
    const child = spawn(process.execPath, [CHILD, JSON.stringify(owners), ...RUNS], {
      env: { PATH: process.env['PATH'], ...FAKED_CLOCK },
      stdio: ['ignore', 'ignore', 'inherit'],
      detached: true,
    });
    const isOver = kills >= 20;
    const timer = setTimeout(
      () => process.kill(-(child.pid ?? 0), 'SIGKILL'),
      isOver ? 120_000 : delay,
    );
    const [code] = (await once(child, 'exit')) as [number | null];
    clearTimeout(timer);
    for (const each of RUNS)
      rmSync(join(owners.path, `.git/refs/nocturne/${each}.lock`), { force: true });
    if (code === 0) break;
    kills++;
    if (isOver) break;
  }
  t.comment(`killed ${kills} times`);
  const subjects = run(owners.path, 'log', '--reverse', '--format=%s', 'main..nocturne/shop').split(
    '\n',
  );
  t.same(
    subjects,
    RUNS.map((runId) => `Work of ${runId}`),
  );
  t.same(fingerprint(owners.path), before);
  t.equal(run(owners.path, 'for-each-ref', 'refs/nocturne'), '');
  run(owners.path, 'fsck', '--strict', '--no-dangling');
});
