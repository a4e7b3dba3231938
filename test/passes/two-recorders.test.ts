/** Two processes that record at once lose nothing of each other. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import t from 'tap';
import { seenPrograms } from '../../src/integrity/seen-programs.js';
import { pendingUndos } from '../../src/passes/reconcile/pending-undo.js';
import { placeWithProject } from './pass-workspace.js';
import { childProgram } from '../support/child-program.js';

t.setTimeout(180_000);

const CHILD = childProgram('two-recorders-child.js', import.meta.url);
const COUNT = 40;

t.test('programs and pending changes of two processes are all recorded', async (t) => {
  const { root, home, workspace } = placeWithProject(t.testdir(), '');
  const children = ['one', 'two'].map((name) =>
    spawn(process.execPath, [CHILD, root, home, name, String(COUNT)], { stdio: 'inherit' }),
  );
  const codes = await Promise.all(children.map((child) => once(child, 'exit')));
  t.same(
    codes.map(([code]) => code),
    [0, 0],
  );
  const programs = seenPrograms(workspace.state).filter((path) =>
    /\/(?:one|two)-\d+\.mjs$/.test(path),
  );
  t.equal(programs.length, 2 * COUNT);
  t.equal(pendingUndos(workspace.state).length, 2 * COUNT);
});
