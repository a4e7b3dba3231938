/** The morning page covers the whole night and keeps what the owner wrote into the one before. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { manager } from '../../src/passes/manager/manager.js';
import { worker } from '../../src/passes/worker/worker.js';
import { validateSnapshot } from '../../src/validate/validate-snapshot.js';
import { environment, placeWithProject, read, REPORT, WRITES_PAGE } from './pass-workspace.js';

t.setTimeout(120_000);

t.test(
  'of two pages of one night, the second has all of it and the words of the owner',
  async (t) => {
    const place = placeWithProject(t.testdir(), `${WRITES_PAGE}${REPORT}`, {
      stop: '- file_exists: never.md',
    });
    const page = (): string => read(place, 'NOTIFICATIONS.md');
    await worker(environment(place), { role: 'worker' });
    await manager(environment(place), { role: 'manager' });
    t.match(page(), /1 pass\b/);
    const written = page();
    writeFileSync(
      join(place.root, 'NOTIFICATIONS.md'),
      written
        .replace(
          '**What came out',
          'please look at the pond, too\n\n- **Answer:** and at the lake\n- **Note:** not today\n\n**What came out',
        )
        .replace(/^(\*\*Cost\.\*\* .*)$/m, '$1 Too much!'),
    );
    await manager(environment(place), { role: 'manager' });
    const next = page();
    for (const said of [
      'please look at the pond, too',
      'and at the lake',
      '**Note:** not today',
      'Too much!',
    ])
      t.ok(next.includes(`- "${said}"`), `${said}\n${next}`);
    t.match(next, /1 pass\b/, 'the pass of this night is still there');
    t.equal(next.match(/\*\*What came out/g)?.length, 1, 'nothing of the former page is left');
    t.notMatch(next, /^- \*\*Answer:\*\* and/m);
    const found = await validateSnapshot(place.workspace.snapshot(), { home: place.home });
    t.same(
      found.filter(
        ({ severity, range }) => severity === 'error' && range.file === 'NOTIFICATIONS.md',
      ),
      [],
    );
    await manager(environment(place), { role: 'manager' });
    t.notMatch(page(), 'You wrote this', 'said once');
  },
);

t.test('an older page, from a backup, has no words of the owner', async (t) => {
  const place = placeWithProject(t.testdir(), '');
  await manager(environment(place), { role: 'manager' });
  const page = join(place.root, 'NOTIFICATIONS.md');
  const older = read(place, 'NOTIFICATIONS.md')
    .replace(/^- \*\*Time:\*\* .*$/m, '- **Time:** 2020-01-01T05:00:00Z')
    .replace(/^\*\*What failed.*$/m, '**What failed (1)**\n- maps changed a page');
  writeFileSync(page, older);
  await manager(environment(place), { role: 'manager' });
  const next = read(place, 'NOTIFICATIONS.md');
  t.notMatch(next, /2020-01-01T05/, 'it was replaced');
  t.notMatch(next, 'You wrote this');
});
