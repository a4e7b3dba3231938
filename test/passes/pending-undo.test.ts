/** What a pass changed and cannot be undone at once is undone by a later pass. */
import { existsSync, renameSync, writeFileSync } from 'node:fs';
import * as real from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { type Files, replaceFiles } from '../../src/kernel/files.js';
import { systemClock } from '../../src/kernel/clock.js';
import { beginPass } from '../../src/passes/host/host-driver.js';
import {
  notePendingUndo,
  pendingUndos,
  retryUndo,
} from '../../src/passes/reconcile/pending-undo.js';
import { worker } from '../../src/passes/worker/worker.js';
import { breakLock } from '../../src/workspace/pass-lock.js';
import { environment, type Place, placeWithProject, read, REPORT } from './pass-workspace.js';

t.setTimeout(120_000);

/** Renaming onto this page fails, as on a bad disk. @param times then the disk is good again. */
function spoilDisk(page: string, times = Infinity): () => void {
  const rename = real.renameSync;
  let failed = 0;
  const replaced: Partial<Files> = {
    renameSync: (from, to) => {
      if (String(to).endsWith(`/${page}`) && failed++ < times)
        throw Object.assign(new Error('EIO: on purpose'), { code: 'EIO' });
      rename(from, to);
    },
  };
  return replaceFiles(replaced);
}

const PAGE = 'USER.md';
const undoRows = ({ workspace }: Place): readonly string[] =>
  workspace
    .snapshot()
    .records('AUDIT')
    .filter((row) => row.fields.get('type')?.value === 'undo')
    .map((row) =>
      ['step', 'target', 'result'].map((name) => row.fields.get(name)?.value).join(' '),
    );

/** The agent moves the page away. */
const MOVES = `import { renameSync } from 'node:fs';
renameSync('../../${PAGE}', 'outputs.md');
${REPORT}`;

async function isPutBack(t: Test, place: Place, text: string): Promise<void> {
  t.notOk(existsSync(join(place.root, PAGE)), 'the disk was bad');
  t.equal(pendingUndos(place.workspace.state).length, 1);
  t.match(read(place, 'NOTIFICATIONS.md'), `could not undo the change of ${PAGE}`);
  const next = await worker(environment(place), { role: 'worker' });
  t.not(next.exit, 3, next.outcome);
  t.equal(read(place, PAGE), text);
  t.same(pendingUndos(place.workspace.state), []);
  t.ok(undoRows(place).includes(`T0 ${PAGE} restored`), undoRows(place).join('\n'));
}

t.test(
  'a pass that ends on a bad disk: the next pass undoes the change, before the gate',
  async (t) => {
    const place = placeWithProject(t.testdir(), MOVES, { stop: '- file_exists: never.md' });
    const text = read(place, PAGE);
    const repair = spoilDisk(PAGE);
    await worker(environment(place), { role: 'worker' });
    repair();
    t.ok(undoRows(place).includes(`T5 ${PAGE} failed`), undoRows(place).join('\n'));
    await isPutBack(t, place, text);
  },
);

t.test('an owner who puts the page back meanwhile keeps it', async (t) => {
  const place = placeWithProject(t.testdir(), MOVES, { stop: '- file_exists: never.md' });
  const text = read(place, PAGE);
  const repair = spoilDisk(PAGE);
  await worker(environment(place), { role: 'worker' });
  repair();
  writeFileSync(join(place.root, PAGE), text);
  await worker(environment(place), { role: 'worker' });
  t.equal(read(place, PAGE), text);
  t.same(pendingUndos(place.workspace.state), []);
  t.notOk(undoRows(place).includes(`T0 ${PAGE} restored`));
});

t.test('a pass that crashed, and a recovery that meets a bad disk once', async (t) => {
  const place = placeWithProject(t.testdir(), REPORT, { stop: '- file_exists: never.md' });
  const text = read(place, 'ACTIVE-PROJECTS.md');
  const begun = await beginPass(environment(place), { role: 'worker' });
  if (begun.kind !== 'brief') return t.fail(begun.report.outcome);
  renameSync(join(place.root, 'ACTIVE-PROJECTS.md'), join(place.root, 'PROJECTS/pages/x.md'));
  breakLock(place.root, place.workspace.state, { clock: systemClock });
  const repair = spoilDisk('ACTIVE-PROJECTS.md', 1);
  await worker(environment(place), { role: 'worker' });
  repair();
  t.equal(read(place, 'ACTIVE-PROJECTS.md').includes('| 1 | pages |'), true, text);
});

t.test(
  'a file that cannot be read, when it is noted or tried again, is still undone',
  async (t) => {
    const { root, workspace } = placeWithProject(t.testdir(), REPORT);
    const page = 'PROJECTS/pages/more.md';
    const fail = (): never => {
      throw Object.assign(new Error('EIO: on purpose'), { code: 'EIO' });
    };
    const whileUnreadable = (act: () => void): void => {
      const repair = replaceFiles({
        openSync: (path, ...more) =>
          String(path).endsWith(page) ? fail() : real.openSync(path, ...more),
        renameSync: (from, to) =>
          String(from).endsWith(page) ? fail() : real.renameSync(from, to),
      });
      act();
      repair();
    };
    const note = (): void => notePendingUndo(workspace, 'RUN-20261121-001', [[page, undefined]]);
    const isUndone = (why: string): void => {
      t.equal(pendingUndos(workspace.state).length, 1, why);
      t.match(retryUndo(workspace), [{ path: page, problem: undefined }], why);
      t.notOk(existsSync(join(root, page)), why);
      t.same(pendingUndos(workspace.state), [], why);
    };
    writeFileSync(join(root, page), 'by a pass');
    whileUnreadable(note);
    isUndone('unreadable when it was noted');
    writeFileSync(join(root, page), 'by a pass');
    note();
    whileUnreadable(() => void retryUndo(workspace));
    isUndone('unreadable when it was tried');
  },
);
