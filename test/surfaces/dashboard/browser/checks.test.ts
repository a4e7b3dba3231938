/** Findings, Trust, Spend and Query in a real browser: a fix with its preview, a query, axe, 390 px. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { dashboardInBrowser, NO_CHROMIUM, overflow, violations } from '../../../support/browser.js';
import { placeWithProject, WRITES_PAGE } from '../../../passes/pass-workspace.js';

t.setTimeout(180_000);

const PAGES = [
  ['/findings', '.finding'],
  ['/findings/rules/field-contract', '.prose'],
  ['/trust', '#doctor table'],
  ['/spend', '#limits'],
  ['/query?sql=SELECT+slug,+priority+FORM+dispatch', '.tables details'],
] as const;

t.test('what is wrong is found, repaired and asked about', { skip: NO_CHROMIUM }, async (t) => {
  const place = placeWithProject(t.testdir(), WRITES_PAGE);
  const dispatch = join(place.root, 'ACTIVE-PROJECTS.md');
  const sound = readFileSync(dispatch, 'utf8');
  writeFileSync(dispatch, sound.replace('| active |', '| Active |'));
  writeFileSync(join(place.root, 'PROJECTS/pages/NOTES.md'), '# Notes\n\nSee [it](none.md).\n');
  const { open } = await dashboardInBrowser(t, place);

  const small = await open('/findings', { width: 390 });
  for (const [path, part] of PAGES) {
    await small.goto(new URL(path, small.url()).href);
    await small.locator(part).first().waitFor();
    for (const colorScheme of ['light', 'dark'] as const) {
      await small.emulateMedia({ colorScheme });
      t.strictSame(await violations(small), [], `axe finds nothing on ${path}, ${colorScheme}`);
    }
    t.equal(await overflow(small), 0, `${path} is not wider than 390 px`);
  }
  await small.context().close();

  const page = await open('/findings');
  const finding = page.locator('.finding', { hasText: 'field-contract' });
  t.match(await finding.locator('.frame').textContent(), /\| Active \|[\s\S]*\^{6}/);
  await finding.getByRole('button', { name: 'Show the fix' }).click();
  const diff = await page.locator('.diff').textContent();
  t.match(diff, /^-.*\| Active \|.*\n\+.*\| active \|/m);
  t.match(readFileSync(dispatch, 'utf8'), /\| Active \|/, 'a preview writes nothing');
  await page.getByRole('button', { name: 'Do it' }).click();
  await page.getByText('Repaired ACTIVE-PROJECTS.md').waitFor();
  t.equal(readFileSync(dispatch, 'utf8'), sound);
  await page.locator('.finding', { hasText: 'field-contract' }).waitFor({ state: 'detached' });
  t.equal(await page.locator('.finding', { hasText: 'link-broken' }).count(), 1, 'another stays');

  await page.goto(new URL('/query', page.url()).href);
  await page.getByLabel('SQL').fill('SELECT slug, priority FROM dispatch');
  await page.getByRole('button', { name: 'Run' }).click();
  await page.getByText('1 row in').waitFor();
  t.match(page.url(), /\?sql=SELECT/, 'the address has the query');
  t.equal(await page.locator('td.number').first().textContent(), '1');

  await page.goto(new URL('/spend', page.url()).href);
  await page.getByRole('button', { name: 'Stop all spending' }).click();
  await page.getByRole('button', { name: 'Do it' }).click();
  await page.locator('.stopped').waitFor();
});
