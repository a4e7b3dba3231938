import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { sha256 } from '../../src/kernel/hash.js';
import { viewAfter } from '../../src/workspace/draft-view.js';
import type { CommitPart } from '../../src/workspace/types.js';
import { scratch } from './crash/scratch.js';
import { changeSet, errorOf, oneProject, PROJECT, read, rowsOf } from './one-project.js';

const OBJECTIVE = `${PROJECT}#next_pass.objective`;
const entry = (type: string) => ({
  step: 'T1',
  type,
  target: '',
  authorisation: '',
  result: 'ok',
  detail: '',
});
const setTo = (value: string, reason: string): CommitPart =>
  changeSet([{ kind: 'set', address: OBJECTIVE, value }], { reason, audit: [entry(reason)] });
/** Sets what the part before it has set, and a word more. */
const addWord = (view: Parameters<Extract<CommitPart, (...args: never) => unknown>>[0]) =>
  changeSet(
    [{ kind: 'set', address: OBJECTIVE, value: `${view.locate(OBJECTIVE).cell?.value} Twice.` }],
    { reason: 'second', bundle: 'words' },
  );

t.test('parts of one commit see each other, and each is on record with its own reason', (t) => {
  const place = oneProject(scratch(t));
  const rows = place.workspace.snapshot().records('CHANGE').length;
  place.workspace.commit([setTo('Write.', 'first'), addWord]);
  t.match(read(place, PROJECT), 'objective: Write. Twice.');
  const changes = rowsOf(place.workspace.snapshot(), 'CHANGE', ['old', 'new', 'reason', 'bundle']);
  t.same(changes.slice(rows), [
    ['Write the first page.', 'Write.', 'first', ''],
    ['Write.', 'Write. Twice.', 'second', 'words'],
  ]);
  t.end();
});

t.test('what one part adopts is on record once, as its own', (t) => {
  const place = oneProject(scratch(t));
  const rows = place.workspace.snapshot().records('CHANGE').length;
  const before = readFileSync(join(place.root, PROJECT));
  writeFileSync(
    join(place.root, PROJECT),
    before.toString('utf8').replace('objective: Write the first page.', 'objective: Read.'),
  );
  const adopting = changeSet(
    [{ kind: 'adopt', path: PROJECT, before: { hash: sha256(before), bytes: () => before } }],
    { reason: 'first' },
  );
  place.workspace.commit([adopting, setTo('Write.', 'second')]);
  const changes = rowsOf(place.workspace.snapshot(), 'CHANGE', ['old', 'new', 'reason']);
  t.same(changes.slice(rows), [
    ['Write the first page.', 'Read.', 'first'],
    ['Read.', 'Write.', 'second'],
  ]);
  t.end();
});

t.test('when one part is refused, nothing of the others is there', (t) => {
  const place = oneProject(scratch(t));
  const before = read(place, PROJECT);
  const wrong = changeSet([{ kind: 'set', address: 'PROJECT[nowhere].mission', value: 'x' }]);
  t.equal(
    errorOf(() => place.workspace.commit([setTo('Write.', 'first'), wrong])).code,
    'NOT_FOUND',
  );
  t.equal(read(place, PROJECT), before);
  t.end();
});

t.test('a view shows what parts would do, rows of logs and notices included', (t) => {
  const { workspace } = oneProject(scratch(t));
  const base = workspace.snapshot();
  const asking = changeSet([], {
    notices: [{ priority: 'low', kind: 'note', project: 'pages', action_needed: 'Look.' }],
  });
  const view = viewAfter(base, [setTo('Write.', 'first'), addWord, asking]);
  t.equal(view.locate(OBJECTIVE).cell?.value, 'Write. Twice.');
  t.equal(view.records('NOTIFICATION').length, base.records('NOTIFICATION').length + 1);
  const row = view.records('AUDIT').at(-1);
  t.equal(row?.fields.get('type')?.value, 'first');
  t.same(
    view.sql().query("SELECT count(*) AS n FROM audit WHERE type = 'first'").rows,
    [{ n: 1 }],
    'and so does SQL',
  );
  t.equal(workspace.snapshot().locate(OBJECTIVE).cell?.value, 'Write the first page.');
  t.end();
});
