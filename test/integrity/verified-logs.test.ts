import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { growLogs } from '../../bench/make-logs.js';
import { checkLogs } from '../../src/integrity/gate-logs.js';
import { keepVerifiedLogs } from '../../src/integrity/verified-logs.js';
import { makeWorkspace } from '../support/make-workspace.js';

const { root, workspace } = makeWorkspace(t.testdir());
const { state } = workspace;
const LOG = 'audit/AUDIT-LOG.md';
const path = join(root, LOG);
const kept = join(state, 'verified-logs.json');
growLogs(workspace, { bytes: 3_000_000 });
const check = () => checkLogs(root, state, { globs: [LOG] });
/** As pages do, which remember the last verdict of their process. */
const shown = () => checkLogs(root, state, { globs: [LOG], remembered: true });
const first = check();
keepVerifiedLogs(state, first.chains);

t.test('a log that was verified is verified from there on, with the same result', async (t) => {
  t.same(first.findings, []);
  t.equal(existsSync(kept), true);
  t.same(check(), first);
  growLogs(workspace, { bytes: 100_000 });
  const more = check();
  t.same(more.findings, []);
  const rows = (checked: typeof first) =>
    checked.chains.find(({ file }) => file === LOG)?.rows ?? 0;
  t.ok(rows(more) > rows(first));
});

t.test(
  'what was verified and has changed since is found, as without the memory of it',
  async (t) => {
    t.same(shown().findings, []);
    growLogs(workspace, { bytes: 10_000 });
    t.same(shown().findings, [], 'a page goes on from there');
    const before = readFileSync(path);
    t.teardown(() => writeFileSync(path, before));
    for (const offset of [200, 100_000, before.length - 50_000]) {
      const bytes = Buffer.from(before);
      bytes[offset] = bytes[offset] === 97 ? 98 : 97;
      writeFileSync(path, bytes);
      const found = check();
      t.equal(found.findings.length, 1, `a byte at ${offset}`);
      t.same(shown(), found, 'also for a page');
      const memory = readFileSync(kept);
      rmSync(kept);
      t.same(found, check(), 'explained in the same way');
      writeFileSync(kept, memory);
    }
    writeFileSync(path, before.subarray(0, before.length / 2));
    t.equal(check().findings.length, 1, 'half of it is gone');
  },
);

t.test('a memory that cannot be read, or is wrong, changes nothing', async (t) => {
  const memory = readFileSync(kept, 'utf8');
  t.teardown(() => writeFileSync(kept, memory));
  for (const text of ['no JSON', '{}', memory.replaceAll(/"sha256": "./g, '"sha256": "x')]) {
    writeFileSync(kept, text);
    t.same(check().findings, []);
  }
});
