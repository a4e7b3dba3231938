/** A plan goes on rightly from its page and its log, whatever happened to one of them. */
import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { verifyGate } from '../../../../src/integrity/gate.js';
import { loggedPlan } from '../../../../src/modules/plans/log/plan-log.js';
import { restoredPage } from '../../../../src/modules/plans/page/plan-change.js';
import type { Place } from '../../../passes/pass-workspace.js';
import {
  approved,
  edit,
  editState,
  eventsOf,
  happen,
  pageOf,
  PLAN,
  placeWithPage,
  proved,
  read,
  shownOf,
  started,
  stateOf,
  takeInEdits,
  writePage,
} from './page-place.js';

t.setTimeout(300_000);

const RUNNING = 'running: survey proved, write ready, publish waiting';

function running(directory: string): Place {
  const place = placeWithPage(directory);
  happen(place, approved, started('survey'));
  happen(place, proved('survey'));
  return place;
}

function restore(place: Place): void {
  place.workspace.commit((snapshot) => {
    const change = restoredPage(snapshot, read(place)) ?? { reason: '', changes: [] };
    return { actor: { kind: 'owner', name: 'ada' }, runId: '', ...change };
  });
}

const problemOf = (place: Place): string => read(place).problems[0]?.message ?? 'none';

t.test('the log alone has the whole plan', async (t) => {
  const place = running(t.testdir());
  const { plan } = read(place);
  rmSync(join(place.root, PLAN));
  t.strictSame(loggedPlan(place.workspace.snapshot(), 'pages')?.plan, plan);
  t.end();
});

t.test('a page that is gone is said, and written again with everything', async (t) => {
  const place = running(t.testdir());
  rmSync(join(place.root, PLAN));
  t.equal(
    problemOf(place),
    'PROJECTS/pages/PLAN.md is missing; by the log the plan is running, with 1 of 3 steps proved',
  );
  t.match(happen(place, started('write')), [], 'what runs is still recorded');
  restore(place);
  t.equal(shownOf(place), 'running: survey proved, write running, publish waiting');
  t.same(read(place).problems, []);
  t.same(read(place).edits, []);
});

t.test('an old copy is no edit: nothing that is proved runs again', async (t) => {
  const place = placeWithPage(t.testdir());
  happen(place, approved);
  const old = pageOf(place);
  happen(place, started('survey'), proved('survey'));
  writePage(place, old);
  t.equal(
    problemOf(place),
    'this page is an old copy: it shows event 2 of the plan, and there are 4. They differ in status (page: approved, log: running), survey (page: ready, log: proved), write (page: waiting, log: ready).',
  );
  t.notOk(takeInEdits(place));
  t.equal(stateOf(place), RUNNING);
  restore(place);
  t.equal(shownOf(place), RUNNING);
  t.match(pageOf(place), 'Prose of the owner.');
  t.match(pageOf(place), '# first of all');
});

t.test('an old copy with other steps gets those of the log back', async (t) => {
  const place = placeWithPage(t.testdir());
  happen(place, approved);
  const old = pageOf(place);
  edit(place, 'Look around.', 'Look again.');
  edit(place, '  - id: publish\n', '  - id: check\n    needs: survey\n  - id: publish\n');
  takeInEdits(place);
  t.same(eventsOf(place), ['created', 'approved', 'edited']);
  writePage(place, old);
  restore(place);
  t.match(pageOf(place), 'objective: Look again.');
  t.match(pageOf(place), '  - id: write # the work\n');
  t.equal(shownOf(place), stateOf(place));
  t.same(read(place).edits, []);
});

t.test('the page of another plan in its place is refused while the old one is open', async (t) => {
  const place = running(t.testdir());
  const revised = pageOf(place);
  writePage(place, revised.replace(/revision: .*\n/, ''));
  t.match(problemOf(place), /has no revision, but the log has a plan .* that is running/);
  writePage(place, revised);
  happen(place, { kind: 'aborted' });
  writePage(
    place,
    pageOf(place)
      .replace(/revision: .*\n/, '')
      .replace('status: aborted', 'status: approved')
      .replaceAll(/\| (proved|blocked) \|/g, '| waiting |'),
  );
  t.same(read(place).problems, []);
  t.ok(takeInEdits(place));
  t.same(eventsOf(place).slice(-2), ['created', 'approved']);
  t.equal(stateOf(place), 'approved: survey ready, write waiting, publish waiting');
});

t.test('a page with more than the log has is no plan of this workspace', async (t) => {
  const place = running(t.testdir());
  edit(place, /revision: \d+/, 'revision: 40');
  t.equal(problemOf(place), 'this page shows event 40 of the plan, and the log ends at 4');
});

t.test('while the page cannot be read, what happens is kept and shown later', async (t) => {
  const place = placeWithPage(t.testdir());
  happen(place, approved, started('survey'));
  edit(place, 'needs: survey', 'needs: [survey');
  editState(place, 'publish', 'skipped');
  const broken = pageOf(place);
  t.ok(read(place).problems.length > 0);
  t.same(happen(place, proved('survey')), []);
  t.equal(pageOf(place), broken, 'the page stays as the owner wrote it');
  t.equal(stateOf(place), RUNNING);
  edit(place, 'needs: [survey', 'needs: survey');
  t.match(read(place).edits, [{ kind: 'skipped', step: 'publish' }]);
  takeInEdits(place);
  t.equal(stateOf(place), 'running: survey proved, write ready, publish skipped');
  t.equal(shownOf(place), stateOf(place));
});

t.test('an edit that comes too late is put back, and the owner is told', async (t) => {
  const place = placeWithPage(t.testdir());
  happen(place, approved, started('survey'));
  editState(place, 'survey', 'skipped');
  edit(place, 'needs: survey', 'needs: [survey');
  happen(place, proved('survey'));
  edit(place, 'needs: [survey', 'needs: survey');
  takeInEdits(place);
  t.equal(shownOf(place), RUNNING);
  t.equal(eventsOf(place).at(-1), 'refused survey');
  const notes = place.workspace.snapshot().records('NOTIFICATION');
  t.match(
    notes.map((note) => note.fields.get('action_needed')?.value),
    ['Your edit of the plan pages was not carried out: survey is proved.'],
  );
});

t.test('a row of the log that was changed or cut off is noticed by the gate', async (t) => {
  const place = running(t.testdir());
  const log = join(place.root, 'audit/plan-log.jsonl');
  t.same(verifyGate(place.root, place.home).findings, []);
  const whole = readFileSync(log, 'utf8');
  const found = (): readonly string[] =>
    verifyGate(place.root, place.home).findings.map(({ file }) => file);
  writeFileSync(log, whole.replace('"event":"proved"', '"event":"failed"'));
  t.same(found(), ['audit/plan-log.jsonl'], 'changed');
  writeFileSync(log, whole.replace(/[^\n]*\n$/, ''));
  t.same(found(), ['audit/plan-log.jsonl'], 'cut off');
  writeFileSync(log, whole);
  appendFileSync(log, '{"schema":1,"seq":9}\n');
  t.same(found(), ['audit/plan-log.jsonl'], 'added');
});
