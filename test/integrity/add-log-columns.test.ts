import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { acceptLogs, changedLogs } from '../../src/integrity/accept-logs.js';
import { verifyGate } from '../../src/integrity/gate.js';
import { makeWorkspace } from '../support/make-workspace.js';
import { childProgram } from '../support/child-program.js';

const CHILD = childProgram('add-columns-child.js', import.meta.url);
const LOG = 'audit/AUDIT-LOG.md';

for (const step of ['log rewritten', 'opening stored', 'never'])
  t.test(`a process that adds a column is killed (${step})`, async (t) => {
    const { root, home, key, workspace } = makeWorkspace(t.testdir());
    const run = spawnSync(process.execPath, [CHILD, root, workspace.state, LOG, step], {
      encoding: 'utf8',
    });
    t.equal(run.signal, step === 'never' ? null : 'SIGKILL', run.stderr);
    t.match(readFileSync(join(root, LOG), 'utf8'), / \| Host \| Chain \|\n/);
    const findings = (): readonly string[] =>
      verifyGate(root, home).findings.map(({ file }) => file);
    t.same(findings(), step === 'never' ? [] : [LOG]);
    const changed = changedLogs(workspace, [], () => undefined);
    t.same(
      changed.map(({ file, before, after }) => [
        file,
        after.rows === before?.rows && after.head === before.head,
      ]),
      step === 'never' ? [] : [[LOG, true]],
      'no row and no link has changed',
    );
    if (step !== 'never')
      acceptLogs(workspace, changed, { key, signedBy: 'owner', reason: 'test', aside: 'aside' });
    t.same(findings(), [], 'the owner accepts the log, and the gate passes');
  });
