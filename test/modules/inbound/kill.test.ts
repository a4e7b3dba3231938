/**
 * Killed at any moment, sorting loses no message, takes none twice, and asks about no sender twice.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { worker } from '../../../src/passes/worker/worker.js';
import { fieldText } from '../../../src/project/field-text.js';
import { dropFile, inboxEnvironment, inboxPlace, letter } from './inbox-place.js';
import { REPORT, WRITES_PAGE } from '../../passes/pass-workspace.js';
import { childProgram } from '../../support/child-program.js';

t.setTimeout(300_000);

const ROUNDS = 12;
const SENDERS = ['alice', 'bob', 'carol'];
const child = (name: string): string => childProgram(name, import.meta.url);

t.test('sorting is killed', async (t) => {
  const place = inboxPlace(t.testdir(), '');
  for (let round = 0; round < ROUNDS; round++) {
    for (const sender of SENDERS)
      dropFile(place, `${sender}-${round}.md`, letter({ sender, text: `${sender} ${round}` }));
    const sorting = spawn(process.execPath, [child('./sort-child.js'), place.root, place.home], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(sorting.stdout, 'data');
    await new Promise((resolve) => setTimeout(resolve, 5 + round * 23));
    sorting.kill('SIGKILL');
    await once(sorting, 'exit');
    const snapshot = place.workspace.snapshot();
    const raw = readdirSync(join(place.root, 'inbox')).filter((name) =>
      /^[a-z]+-\d+\.md$/.test(name),
    ).length;
    const kept = snapshot.records('MESSAGE').length + snapshot.records('QUARANTINE').length;
    // A process that died in the middle of a commit is finished when the workspace is next written
    // to.
    if (readdirSync(join(place.root, '.nocturne/journal')).length === 0)
      t.equal(
        raw + kept,
        (round + 1) * SENDERS.length,
        `round ${round}: none is lost, none is there twice`,
      );
  }
  const last = spawn(process.execPath, [child('./sort-child.js'), place.root, place.home], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const done = (): boolean =>
    place.workspace.snapshot().records('MESSAGE').length === ROUNDS * SENDERS.length;
  for (let waited = 0; waited < 600 && !done(); waited++)
    await new Promise((resolve) => setTimeout(resolve, 100));
  last.kill('SIGKILL');
  await once(last, 'exit');
  place.workspace.commit({
    actor: { kind: 'owner', name: 'owner' },
    runId: '',
    reason: 'finish what was begun',
    changes: [],
  });
  const snapshot = place.workspace.snapshot();
  t.equal(snapshot.records('MESSAGE').length, ROUNDS * SENDERS.length, 'each is taken');
  t.equal(snapshot.records('QUARANTINE').length, 0);
  const asked = snapshot.records('AUDIT').filter((row) => fieldText(row, 'type') === 'sender_ask');
  t.equal(asked.length, 2, 'bob and carol were asked about once');
  t.equal(
    snapshot.records('AUDIT').filter((row) => fieldText(row, 'type') === 'inbound-drop').length,
    0,
  );
});

t.test(
  'a pass is killed while its agent reads a message: the next pass is given it again, and marks it once',
  async (t) => {
    const kills = `import { existsSync } from 'node:fs';
if (!existsSync('outputs/killed')) {
  mkdirSync('outputs', { recursive: true });
  writeFileSync('outputs/killed', 'once');
  process.kill(process.ppid, 'SIGKILL');
  setTimeout(() => undefined, 20_000);
} else {
`;
    const place = inboxPlace(
      t.testdir(),
      `${kills.replace('import { existsSync }', 'import { existsSync, mkdirSync, writeFileSync }')}${WRITES_PAGE.replace(/^import.*\n/, '')}${REPORT}}\n`,
      { stop: '- file_exists: never.md' },
    );
    dropFile(place, 'one.md', letter({ text: 'Important.' }));
    const dying = spawn(process.execPath, [child('./worker-child.js'), place.root, place.home], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    await once(dying, 'exit');
    t.ok(existsSync(join(place.root, 'inbox/messages')));
    t.equal(fieldText(place.workspace.snapshot().records('MESSAGE')[0], 'state'), 'waiting');
    const report = await worker(inboxEnvironment(place), { role: 'worker' });
    t.match(report.data?.prompt, /Important\./, report.outcome);
    const [message] = place.workspace.snapshot().records('MESSAGE');
    t.equal(fieldText(message, 'state'), 'delivered');
    t.equal(fieldText(message, 'delivered_in'), report.data?.runId);
  },
);
