import { spawn } from 'node:child_process';
import { setImmediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { verifyGate } from '../../src/integrity/gate.js';
import { makeWorkspace } from '../support/make-workspace.js';

t.test('while others commit, the gate never takes their rows for tampering', async (t) => {
  const { root, home } = makeWorkspace(t.testdir());
  const loop = fileURLToPath(new URL('./commit-loop.js', import.meta.url));
  const writers = [1, 2].map(() =>
    spawn(process.execPath, [loop, root, home, '30'], { stdio: ['ignore', 'ignore', 'pipe'] }),
  );
  let running = writers.length;
  let complaints = '';
  for (const writer of writers) {
    writer.stderr.on('data', (data) => {
      complaints += String(data);
    });
    writer.on('close', () => running--);
  }
  let looked = 0;
  while (running > 0) {
    const report = verifyGate(root, home);
    looked++;
    if (!report.ok) t.fail(JSON.stringify(report.findings));
    await setImmediate();
  }
  t.equal(complaints, '');
  t.ok(looked > 5);
  const { ok, chains } = verifyGate(root, home);
  t.ok(ok);
  t.ok((chains.find((chain) => chain.file === 'audit/AUDIT-LOG.md')?.rows ?? 0) > 900);
});
