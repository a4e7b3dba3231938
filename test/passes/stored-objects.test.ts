/** What the object store keeps, and what passes and the doctor remove from it. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import t from 'tap';
import { beginPass, endPass } from '../../src/passes/host/host-driver.js';
import { removeUnusedObjects, sizeOfStore } from '../../src/passes/stored-objects.js';
import { worker } from '../../src/passes/worker/worker.js';
import { fieldText } from '../../src/project/field-text.js';
import { openWorkspace } from '../../src/workspace/open-workspace.js';
import { storedText } from '../../src/workspace/history.js';
import { putObject } from '../../src/workspace/objects.js';
import { callCommand } from '../surfaces/cli/run-cli.js';
import { environment, type Place, placeWithProject, read, REPORT } from './pass-workspace.js';

/** `NOCTURNE_PASSES=100 node dist/test/passes/stored-objects.test.js` for the long run. */
const PASSES = Number(process.env['NOCTURNE_PASSES'] ?? 8);
t.setTimeout(60_000 + PASSES * 20_000);

const DAY_MS = 24 * 3_600_000;
const USAGE = { tokensIn: undefined, tokensOut: undefined, cost: undefined };

/** Another large output at each pass. */
const CHANGES = `import { mkdirSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
mkdirSync('outputs', { recursive: true });
writeFileSync('outputs/page.md', '# Page\\n\\n' + randomBytes(100_000).toString('base64') + '\\n');
${REPORT}`;

/** Its owner keeps three days of changes; each pass is a day later than the one before. */
function placeInTime(directory: string): { readonly place: Place; readonly nextDay: () => void } {
  const files = {
    'USER.md': '# User\n\n## Owner\n\n- **Time zone:** UTC\n- **History days:** 3\n',
  };
  const made = placeWithProject(directory, CHANGES, { stop: '- file_exists: never.md', files });
  let now = Date.parse('2027-01-01T00:00:00Z');
  const clock = { now: () => new Date(now) };
  const nextDay = (): void => {
    now += DAY_MS;
  };
  return {
    place: { ...made, workspace: openWorkspace(made.root, { home: made.home, clock }) },
    nextDay,
  };
}

/** What each version of the output held, the oldest first; nothing for one that is not kept. */
function versions(place: Place): readonly (string | undefined)[] {
  const snapshot = place.workspace.snapshot();
  const changes = snapshot
    .records('CHANGE')
    .filter((row) => fieldText(row, 'address') === 'PROJECTS/pages/outputs/page.md');
  return changes.map((row) => storedText(place.root, fieldText(row, 'new')));
}

t.test(
  'the store holds what is referred to and little more, however many passes run',
  async (t) => {
    const { place, nextDay } = placeInTime(t.testdir());
    for (let i = 1; i <= PASSES; i++) {
      await worker(environment(place), { role: 'worker' });
      const { bytes, unused } = sizeOfStore(place.workspace, place.workspace.snapshot());
      t.ok(
        bytes <= 2 * (bytes - unused.bytes),
        `pass ${i}: ${bytes} bytes, ${unused.bytes} unused`,
      );
      nextDay();
    }
    const kept = versions(place);
    t.equal(kept.length, PASSES, 'each pass changed the output');
    t.same(
      kept.map((text) => text !== undefined),
      kept.map((_, i) => i >= PASSES - 5),
      'the changes of the last three days can be looked up, before and after, and older ones cannot',
    );
    t.equal(kept.at(-1), read(place, 'PROJECTS/pages/outputs/page.md'));
  },
);

t.test('what a running pass may have to give back is never removed', async (t) => {
  const { place } = placeInTime(t.testdir());
  const soul = read(place, 'SOUL.md');
  const begun = await beginPass(environment(place), { role: 'worker' });
  const token = begun.kind === 'brief' ? begun.data.token : '';
  writeFileSync(join(place.root, 'SOUL.md'), 'spoilt');
  rmSync(join(place.workspace.state, 'spare-objects'), { recursive: true });
  removeUnusedObjects(place.workspace);
  await endPass(environment(place), { token, report: '', usage: USAGE, model: '' });
  t.equal(read(place, 'SOUL.md'), soul);
});

t.test(
  'the doctor removes what no pass came to remove, and not while one is at work',
  async (t) => {
    const { place } = placeInTime(t.testdir());
    const clock = place.workspace.clock;
    putObject(place.root, randomBytes(5_000_000));
    const told = await callCommand(place, ['doctor'], { clock });
    t.match(told.text, /5\.0 MB, are unused.*\n.*nocturne doctor --fix/);
    const begun = await beginPass(environment(place), { role: 'worker' });
    t.equal(begun.kind, 'brief');
    await callCommand(place, ['doctor', '--fix'], { clock });
    const busy = sizeOfStore(place.workspace, place.workspace.snapshot());
    t.ok(busy.unused.bytes >= 5_000_000);
    const token = begun.kind === 'brief' ? begun.data.token : '';
    await endPass(environment(place), { token, report: '', usage: USAGE, model: '' });
    t.equal(sizeOfStore(place.workspace, place.workspace.snapshot()).unused.bytes < 100_000, true);
    putObject(place.root, randomBytes(5_000_000));
    t.match((await callCommand(place, ['doctor', '--fix'], { clock })).text, /removed \d+ unused/);
    t.equal(sizeOfStore(place.workspace, place.workspace.snapshot()).unused.objects, 0);
  },
);
