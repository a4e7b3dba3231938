/** A plan in a real browser: its graph and critical path, what it would do, a yes, its attempts. */
import { spawnSync } from 'node:child_process';
import t from 'tap';
import { nocturne, planOf, statesOf } from '../../../modules/plans/run/plan-place.js';
import {
  dashboardInBrowser,
  NO_CHROMIUM,
  overflow,
  turnTo,
  violations,
} from '../../../support/browser.js';
import { placeForPages } from '../plan-place.js';

t.setTimeout(240_000);

const hasSandbox = spawnSync('bwrap', ['--version']).error === undefined;

t.test('plans', { skip: NO_CHROMIUM }, async (t) => {
  const place = placeForPages(t.testdir());
  const { open, dashboard } = await dashboardInBrowser(t, place);
  const page = await open('/plans');
  const node = (step: string) => page.locator('.graph a.node', { hasText: step });

  await t.test('a draft says what it would do, and its graph has waves', async (t) => {
    await page.click('text=pages');
    t.match(await page.textContent('h1'), 'A test');
    t.match(await page.textContent('main'), 'What it would do');
    const dry = page.getByRole('region', { name: 'What the plan would do' });
    t.match(await dry.textContent(), /names.*sh -c/);
    t.match(await dry.textContent(), 'Is it good?');
    t.strictSame(await page.locator('.column-head').allTextContents(), [
      'wave 1',
      'wave 2',
      'wave 3',
      'wave 4',
    ]);
    t.equal(await page.locator('.graph a.node').count(), 6);
    t.match(await node('names').textContent(), '○ waiting');
  });

  await t.test('the critical path is thick, and said by a sign', async (t) => {
    const thick = await page.locator('.edge.thick title').allTextContents();
    t.strictSame(thick.sort(), [
      'check before publish',
      'count before check',
      'names before count',
    ]);
    for (const step of ['names', 'count', 'check', 'publish'])
      t.match(await node(step).textContent(), '*', step);
    t.notMatch(await node('look').textContent(), '*');
  });

  await t.test('it is approved after a preview', async (t) => {
    await page.click('button:has-text("Approve")');
    await page.waitForSelector('text=What this would change');
    t.match(await page.textContent('.diff'), 'The plan pages is draft and would be approved.');
    t.equal(planOf(place).status, 'draft');
    await page.click('text=Do it');
    await page.waitForSelector('.badge:has-text("approved"), .badge:has-text("running")');
    t.not(planOf(place).status, 'draft');
  });

  await t.test('an open page shows how steps end', { skip: !hasSandbox }, async (t) => {
    const ran = await nocturne(place, 'plan', 'run', 'pages', '--passes', '3');
    t.match(statesOf(place), { names: 'proved' }, `${ran.stdout}${ran.stderr}`);
    await page.waitForSelector('.graph a.node.good:has-text("✓ proved")');
    t.match(await node('look').textContent(), '? asked');
    t.match(await node('look').getAttribute('class'), 'attention', 'also in its colour');
  });

  await t.test('a step opens to why it is where it is, and what went in', async (t) => {
    await node('count').click();
    t.match(await page.textContent('h1'), 'count');
    t.match(await page.textContent('main'), /count (?:is|was|waits)/);
    if (hasSandbox) {
      t.match(await page.textContent('main'), /outputs\/names\.txt[0-9a-f]{12}/, 'by its hash');
      t.match(await page.textContent('main'), /RUN-\d{8}-\d{3}/, 'and its passes');
    }
  });

  await t.test('attempts are plotted, with a table that says the same', async (t) => {
    await page.goto(new URL('/plans/pages/faster', dashboard.origin).href);
    await page.waitForSelector('.plot canvas');
    const data = JSON.parse((await page.getAttribute('[data-plot]', 'data-plot')) ?? '{}');
    t.match(data, { x: [1, 2, 3], noise: [Number, Number, Number], against: { label: 'before' } });
    await page.click('text=The same as a table');
    t.equal(await page.locator('.plot tbody tr').count(), 3);
    t.match(await page.textContent('.plot tbody'), 'discarded');
    t.match(await page.textContent('main'), 'Attempt 3 is the best one kept.');
  });

  await t.test('axe finds nothing, and nothing is wider than a phone', async (t) => {
    const small = await open('/', { width: 390 });
    for (const scheme of ['light', 'dark'] as const)
      for (const path of ['/plans', '/plans/pages', '/plans/pages/faster']) {
        await turnTo(small, path, scheme);
        t.strictSame(await violations(small), [], `${path}, ${scheme}`);
        t.equal(await overflow(small), 0, `${path} at 390 px`);
      }
  });
});
