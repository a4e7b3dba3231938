/** A plan is read once for each moment, and its steps only when their text is another one. */
import t from 'tap';
import { readPlan } from '../../../../src/modules/plans/page/read-plan.js';
import { approved, edit, happen, placeWithPage, proved, read, started } from './page-place.js';

t.test('several readers of one snapshot share one reading', async (t) => {
  const place = placeWithPage(t.testdir());
  const snapshot = place.workspace.snapshot();
  t.equal(readPlan(snapshot, 'pages'), readPlan(snapshot, 'pages'));
  t.not(readPlan(snapshot, 'pages'), read(place));
});

t.test('an event does not make anybody read the steps again; an edit of them does', async (t) => {
  const place = placeWithPage(t.testdir());
  happen(place, approved);
  const before = read(place).page?.definitions;
  happen(place, started('survey'));
  happen(place, proved('survey'));
  t.equal(read(place).page?.definitions, before);
  edit(place, 'Look around.', 'Look around twice.');
  const after = read(place).page?.definitions;
  t.not(after, before);
  t.match(after, [{ id: 'survey', objective: 'Look around twice.' }, {}, {}]);
});

t.test('the place of a mistake is the present one, also if it was there before', async (t) => {
  const place = placeWithPage(t.testdir());
  edit(place, 'needs: survey', 'needs: survoy');
  const [before] = read(place).problems;
  edit(place, 'title: Write a page', 'template: none\ntitle: Write a page');
  const [after] = read(place).problems;
  t.match(after?.message, /survoy/);
  t.equal(after?.range.line, (before?.range.line ?? 0) + 1);
});
