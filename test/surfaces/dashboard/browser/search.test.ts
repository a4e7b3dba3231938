/** Search: the palette on every page, and a plain page where scripts do not run. */
import t from 'tap';
import { badNight, nightWorkspace } from '../../../support/bad-night.js';
import { dashboardInBrowser, NO_CHROMIUM, violations } from '../../../support/browser.js';

t.setTimeout(120_000);

t.test('everything is found from everywhere', { skip: NO_CHROMIUM }, async (t) => {
  const place = nightWorkspace(t.testdir());
  badNight(place);
  const { open } = await dashboardInBrowser(t, place);
  const page = await open('/projects');
  await page.keyboard.press('Control+k');
  await page.keyboard.type('harb');
  await page.waitForSelector('dialog .hits a[href="/projects/harbour"]');
  t.strictSame(await violations(page), [], 'axe finds nothing with the palette open');
  await page.keyboard.press('Escape');
  t.equal(await page.locator('dialog[open]').count(), 0);
  await page.keyboard.press('/');
  await page.keyboard.press('Control+a');
  // The first letters find other pages first, so the arrow waits for the answer to all of them.
  const answered = page.waitForResponse((response) => response.url().endsWith('?q=harbour'));
  await page.keyboard.type('harbour');
  await answered;
  const harbour = page.locator('a[href="/projects/harbour"]');
  await page.locator('dialog .hits a').first().and(harbour).waitFor();
  await page.keyboard.press('ArrowDown');
  await Promise.all([page.waitForURL('**/projects/harbour'), page.keyboard.press('Enter')]);

  const plain = await open('/search?q=harbour', { scripts: false });
  const found = async (): Promise<readonly (string | null)[]> =>
    plain.$$eval('.hits a', (links) => links.map((link) => link.getAttribute('href')));
  t.match(await plain.innerText('main'), /harbour/);
  const hrefs = await found();
  for (const href of [
    '/projects/harbour',
    '/questions/N-20261122-002',
    '/runs/RUN-20261121-017',
    '/file?path=PROJECTS%2Fharbour%2FLONGRUNNER.md',
  ])
    t.ok(hrefs.includes(href), href);
  await plain.selectOption('[name=kind]', 'project');
  await plain.click('.search button');
  t.strictSame(await found(), ['/projects/harbour'], 'only projects');
  await plain.goto(new URL('/search?q=Write&kind=text&project=tea', plain.url()).href);
  t.ok((await found()).length > 0);
  t.ok(
    (await found()).every((href) => href?.includes('PROJECTS%2Ftea')),
    'only of one project',
  );
  await plain.goto(new URL('/search?q=soul.md', plain.url()).href);
  t.equal((await found()).filter((href) => href === '/file?path=SOUL.md').length > 0, true);
  await plain.goto(new URL('/search?q=link-broken', plain.url()).href);
  t.ok((await found()).includes('/findings/rules/link-broken'));
  await plain.goto(new URL('/search?q=zzzz', plain.url()).href);
  t.match(await plain.innerText('main'), /Nothing found for "zzzz"/);
});
