/** A page without which a pass cannot know what to do, or cannot end, refuses it with its line. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { worker } from '../../src/passes/worker/worker.js';
import { environment, type Place, placeWithProject, read, REPORT } from './pass-workspace.js';

t.setTimeout(300_000);

const DISPATCH = 'ACTIVE-PROJECTS.md';
const PHASES = 'PROJECTS/pages/PHASES.md';
const ROW = '| 1 | pages |';
type Break = (text: string) => string | Buffer;
const empty: Break = () => '';
const zeros: Break = (text) => Buffer.alloc(text.length);
const changed =
  (from: string, to: string): Break =>
  (text) =>
    text.replace(from, to);

/** At T0, before anything is written. */
const REFUSED: readonly (readonly [name: string, page: string, how: Break, line: number])[] = [
  ['empty', DISPATCH, empty, 1],
  ['of zeros', DISPATCH, zeros, 1],
  ['in another encoding', DISPATCH, (text) => Buffer.from(`${text}\xe9`, 'latin1'), 1],
  ['with another heading', DISPATCH, changed('## Projects', '## Project list'), 6],
  ['with a blank line above a row', DISPATCH, changed(ROW, `\n${ROW}`), 11],
  ['cut in a row', DISPATCH, (text) => text.slice(0, text.indexOf(ROW) + 25), 10],
  ['with a marker of git', DISPATCH, changed(ROW, `<<<<<<< HEAD\n${ROW}`), 10],
  ['empty', 'NOTIFICATIONS.md', empty, 1],
  ['with another heading', 'NOTIFICATIONS.md', changed('## Inbox', '## Eingang'), 1],
  ['empty', 'LOCK.md', empty, 1],
];

/** The project is left out, and the reason says where. */
const LEFT_OUT: readonly (readonly [name: string, page: string, how: Break, why: RegExp])[] = [
  ['cut', 'PROJECTS/pages/LONGRUNNER.md', (text) => text.slice(0, 150), /line 1: front matter/],
  [
    'with the end of a document',
    'PROJECTS/pages/LONGRUNNER.md',
    changed('transition:', '...\ntransition:'),
    /line 10: front matter ends here/,
  ],
  ['empty', PHASES, empty, /PHASES\.md is empty/],
  ['of zeros', PHASES, zeros, /PHASES\.md is empty/],
  [
    'with an open block',
    PHASES,
    changed('[]\n```\n', '[]\n'),
    /PHASES\.md cannot be read at line 7/,
  ],
];

function broken(place: Place, page: string, how: Break): void {
  writeFileSync(join(place.root, page), how(read(place, page)));
}

for (const [name, page, how, line] of REFUSED)
  t.test(`${page} ${name}`, async (t) => {
    const place = placeWithProject(t.testdir(), REPORT);
    broken(place, page, how);
    const before = read(place, 'audit/AUDIT-LOG.md');
    await t.rejects(worker(environment(place), { role: 'worker' }), {
      code: 'CONFIG',
      message: `${page} cannot be read at line ${line}, so no pass runs`,
    });
    t.equal(read(place, 'audit/AUDIT-LOG.md'), before, 'nothing is written');
  });

for (const [name, page, how, why] of LEFT_OUT)
  t.test(`${page} ${name}`, async (t) => {
    const place = placeWithProject(t.testdir(), REPORT);
    broken(place, page, how);
    t.match(await worker(environment(place), { role: 'worker' }), { outcome: why });
  });

t.test('a project without PHASES.md goes on, because it may have none', async (t) => {
  const place = placeWithProject(t.testdir(), REPORT);
  rmSync(join(place.root, PHASES));
  t.notMatch(await worker(environment(place), { role: 'worker' }), { outcome: /PHASES/ });
});
