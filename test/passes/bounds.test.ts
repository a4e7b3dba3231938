import { appendFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { fieldText } from '../../src/project/field-text.js';
import { verifyGate } from '../../src/integrity/gate.js';
import { worker } from '../../src/passes/worker/worker.js';
import {
  digest,
  environment,
  placeWithProject,
  read,
  REPORT,
  trail,
  WRITES_PAGE,
} from './pass-workspace.js';

t.setTimeout(180_000);

t.test(
  'a pass that writes where it may not is undone, named, kept for the owner, and its project waits',
  async (t) => {
    const agent = `${WRITES_PAGE}
import { appendFileSync, chmodSync, linkSync, rmSync, symlinkSync } from 'node:fs';
appendFileSync('../../SOUL.md', 'no limits');
appendFileSync('../../audit/AUDIT-LOG.md', '| 999 | forged |\\n');
appendFileSync('LONGRUNNER.md', 'rewritten');
rmSync('../../USER.md');
writeFileSync('../../stray.md', 'x');
writeFileSync('pass.mjs', 'worse');
symlinkSync('/etc/passwd', 'outputs/link');
chmodSync('../../IDENTITY.md', 0o777);
${REPORT}`;
    const place = placeWithProject(t.testdir(), agent);
    const before = new Map(
      ['SOUL.md', 'USER.md', 'PROJECTS/pages/LONGRUNNER.md', 'PROJECTS/pages/pass.mjs'].map(
        (path) => [path, read(place, path)],
      ),
    );
    const report = await worker(environment(place), { role: 'worker' });
    t.equal(report.exit, 1);
    for (const [path, content] of before)
      if (path !== 'PROJECTS/pages/LONGRUNNER.md')
        t.equal(read(place, path), content, `${path} is what it was`);
    t.notMatch(read(place, 'PROJECTS/pages/LONGRUNNER.md'), /rewritten/);
    t.notMatch(read(place, 'audit/AUDIT-LOG.md'), /forged/);
    t.equal(read(place, 'stray.md'), 'x', 'it may be a page of the owner, so it stays');
    t.notOk(existsSync(join(place.root, 'PROJECTS/pages/outputs/link')));
    t.ok(
      existsSync(join(place.root, 'PROJECTS/pages/outputs/page.md')),
      'what it was asked for stays',
    );
    const undone = new Map((report.data?.undone ?? []).map((one) => [one.path, one]));
    t.same([...undone.keys()].sort(), [
      'IDENTITY.md',
      'PROJECTS/pages/LONGRUNNER.md',
      'PROJECTS/pages/outputs/link',
      'PROJECTS/pages/pass.mjs',
      'SOUL.md',
      'USER.md',
      'audit/AUDIT-LOG.md',
    ]);
    t.match(read(place, undone.get('SOUL.md')?.kept ?? 'SOUL.md'), /no limits/);
    const snapshot = place.workspace.snapshot();
    t.match(fieldText(snapshot.record('DISPATCH', 'pages'), 'escalation'), /SOUL\.md/);
    t.ok(verifyGate(place.root, place.home).ok, 'the gate passes at once');
    const rows = trail(place, report.data?.runId ?? '');
    t.ok(rows.includes('T5 undo SOUL.md restored'));
    t.ok(rows.includes('T5 unattributed stray.md stays'), 'and is named');
    t.ok(rows.includes('T5 write PROJECTS/pages/outputs/page.md ok'));
  },
);

t.test('a file that has another name is undone, wherever that name stands', async (t) => {
  const agent = `${WRITES_PAGE}
import { linkSync } from 'node:fs';
linkSync('../../SOUL.md', 'outputs/soul.md');
writeFileSync('outputs/first.md', '# First');
linkSync('outputs/first.md', 'outputs/second.md');
writeFileSync('../../inbox/letter.md', '---\\nchannel: chat\\n---\\nHello');
linkSync('../../inbox/letter.md', '../../inbox/copy.md');
${REPORT}`;
  const place = placeWithProject(t.testdir(), agent);
  const soul = read(place, 'SOUL.md');
  const report = await worker(environment(place), { role: 'worker' });
  t.same((report.data?.undone ?? []).map(({ path, code }) => `${path} ${code}`).sort(), [
    'PROJECTS/pages/outputs/first.md path-hard-link',
    'PROJECTS/pages/outputs/second.md path-hard-link',
    'PROJECTS/pages/outputs/soul.md path-hard-link',
    'inbox/copy.md path-hard-link',
    'inbox/letter.md path-hard-link',
  ]);
  t.equal(read(place, 'SOUL.md'), soul);
  t.notOk(existsSync(join(place.root, 'PROJECTS/pages/outputs/soul.md')));
  t.ok(existsSync(join(place.root, 'PROJECTS/pages/outputs/page.md')), 'the rest stays');
});

t.test(
  'an integrity failure halts with exit 3, and not a byte of the workspace changes',
  async (t) => {
    for (const path of [
      'SOUL.md',
      'REGISTRY.md',
      'INTEGRITY-MANIFEST.md',
      'audit/AUDIT-LOG.md',
      'audit/CHANGE-LOG.md',
    ]) {
      const place = placeWithProject(
        t.testdir({ [path.replaceAll('/', '-')]: {} }),
        `${WRITES_PAGE}${REPORT}`,
      );
      await worker(environment(place), { role: 'worker' });
      appendFileSync(join(place.root, path), 'x');
      const before = digest(place.root);
      const report = await worker(environment(place), { role: 'worker' });
      t.equal(report.exit, 3, path);
      t.match(report.outcome, path === 'REGISTRY.md' ? /REGISTRY|registry/ : new RegExp(path));
      t.equal(digest(place.root), before, `${path}: nothing was written`);
    }
  },
);

t.test('a scope beyond the project needs a pre-approval, and is refused without one', async (t) => {
  const place = placeWithProject(t.testdir(), `${WRITES_PAGE}${REPORT}`, {
    writes: '["outputs/**", "../other/**"]',
  });
  const report = await worker(environment(place), { role: 'worker' });
  t.equal(report.exit, 5);
  t.match(
    fieldText(place.workspace.snapshot().record('DISPATCH', 'pages'), 'escalation'),
    /PROJECTS\/other/,
  );
  t.notOk(
    existsSync(join(place.root, 'PROJECTS/pages/outputs/page.md')),
    'the agent was not started',
  );
});

t.test('what the owner does to files during a pass is never lost', async (t) => {
  const agent = `${WRITES_PAGE}
import { readFileSync } from 'node:fs';
const table = '../../ACTIVE-PROJECTS.md';
writeFileSync(table, readFileSync(table, 'utf8') + '\\nA line of the owner.\\n');
${REPORT}`;
  const place = placeWithProject(t.testdir(), agent);
  const report = await worker(environment(place), { role: 'worker' });
  const kept = report.data?.undone.find((one) => one.path === 'ACTIVE-PROJECTS.md')?.kept;
  t.match(read(place, kept ?? 'SOUL.md'), /A line of the owner/, 'kept beside the workspace');
  t.match(
    fieldText(place.workspace.snapshot().records('NOTIFICATION')[0], 'body'),
    /nocturne kept apply .* ACTIVE-PROJECTS\.md/,
  );
});

t.test('a check program that writes where the pass may not is undone as well', async (t) => {
  const check =
    "import { appendFileSync } from 'node:fs';\nappendFileSync('../../SOUL.md', 'checked');\n";
  const place = placeWithProject(t.testdir(), `${WRITES_PAGE}${REPORT}`, {
    stop: '- command: { run: "node check.mjs", exit: 0, timeout: 30s }',
    files: { 'PROJECTS/pages/check.mjs': check },
  });
  const soul = read(place, 'SOUL.md');
  const report = await worker(environment(place), { role: 'worker' });
  t.equal(report.data?.stop[0]?.holds, true, report.data?.stop[0]?.error ?? '');
  t.equal(read(place, 'SOUL.md'), soul);
  t.ok(trail(place, report.data?.runId ?? '').includes('T6 undo SOUL.md restored'));
  t.ok(verifyGate(place.root, place.home).ok);
});

t.test('a check program judges a copy: what it writes in the project is dropped', async (t) => {
  const check = `import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
const page = readFileSync('outputs/page.md', 'utf8');
if (page.includes('checked') || !existsSync('../../SOUL.md')) process.exit(2);
if (readFileSync('node_modules/tool/word.txt', 'utf8') !== 'tool') process.exit(3);
appendFileSync('outputs/page.md', 'checked');
writeFileSync('outputs/more.md', 'A result that nobody worked for.');
`;
  const place = placeWithProject(t.testdir(), `${WRITES_PAGE}${REPORT}`, {
    stop: '- command: { run: "node check.mjs", exit: 0, timeout: 30s }',
    files: {
      'PROJECTS/pages/check.mjs': check,
      'PROJECTS/pages/node_modules/tool/word.txt': 'tool',
    },
  });
  const { data } = await worker(environment(place), { role: 'worker' });
  t.equal(data?.stop[0]?.holds, true, `${data?.stop[0]?.found} ${data?.stop[0]?.error ?? ''}`);
  t.notMatch(read(place, 'PROJECTS/pages/outputs/page.md'), /checked/);
  t.notOk(existsSync(join(place.root, 'PROJECTS/pages/outputs/more.md')));
  t.notOk(existsSync(join(place.workspace.state, 'copies', `${data?.runId}.checks`)));
  t.ok(verifyGate(place.root, place.home).ok);
});
