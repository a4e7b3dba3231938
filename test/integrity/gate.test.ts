import t from 'tap';
import { verifyGate } from '../../src/integrity/gate.js';
import { makeWorkspace } from '../support/make-workspace.js';

t.test('a workspace that its owner signed passes', async (t) => {
  const { root, home } = makeWorkspace(t.testdir());
  const report = verifyGate(root, home);
  t.strictSame(report.findings, []);
  t.ok(report.ok);
  t.ok(report.owned);
  t.ok(report.files > 20);
  t.ok(report.chains.length >= 4);
});
