/** Projects in a real browser: a card is dragged, its change previewed and made; progress grows. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import t from 'tap';
import { fieldText } from '../../../../src/project/field-text.js';
import { openWorkspace } from '../../../../src/workspace/open-workspace.js';
import { systemClock } from '../../../../src/kernel/clock.js';
import { worker } from '../../../../src/passes/worker/worker.js';
import { fourProjects, waitingAgent } from '../../../passes/four-projects.js';
import { environment, type Place } from '../../../passes/pass-workspace.js';
import {
  dashboardInBrowser,
  NO_CHROMIUM,
  overflow,
  turnTo,
  violations,
} from '../../../support/browser.js';

t.setTimeout(180_000);

function statusOf({ root, home }: Place, slug: string): string {
  const workspace = openWorkspace(root, { home, clock: systemClock });
  const status = fieldText(workspace.snapshot().record('DISPATCH', slug), 'status');
  workspace.close();
  return status;
}

const drag = (page: Page, slug: string, status: string): Promise<void> =>
  page.dragAndDrop(`#project-${slug} h3`, `[data-status="${status}"] h2`);

t.test('projects', { skip: NO_CHROMIUM }, async (t) => {
  const place = fourProjects(t.testdir(), waitingAgent(''));
  const { open } = await dashboardInBrowser(t, place);
  const page = await open('/projects');

  await t.test('a dragged card shows its change first, and is moved after a yes', async (t) => {
    t.equal(await page.locator('section[data-status="active"] .project').count(), 4);
    await drag(page, 'rivers', 'paused');
    await page.waitForSelector('text=What this would change');
    t.match(await page.textContent('.diff'), /\+.*rivers.*paused/);
    t.equal(statusOf(place, 'rivers'), 'active', 'nothing has changed yet');
    await page.click('text=Do it');
    await page.waitForSelector('section[data-status="paused"] #project-rivers');
    t.equal(statusOf(place, 'rivers'), 'paused');
    t.match(await page.textContent('.done'), 'rivers is paused.');
  });

  await t.test('a card stays where it is where no command moves it, and why', async (t) => {
    await page.goto(new URL('/projects', page.url()).href);
    await drag(page, 'lakes', 'complete');
    await page.waitForSelector('#refusal:visible');
    t.match(await page.textContent('#refusal'), /^lakes stays where it is\. No command sets/);
    t.match(page.url(), /\/projects$/);
  });

  await t.test('the same by keyboard: the menu of the card', async (t) => {
    await page.focus('#project-rivers summary');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    t.equal(await page.evaluate('document.activeElement.textContent'), 'Resume');
    await page.keyboard.press('Enter');
    await page.waitForSelector('text=What this would change');
    await page.focus('text=Do it');
    await page.keyboard.press('Enter');
    await page.waitForSelector('section[data-status="active"] #project-rivers');
    t.equal(statusOf(place, 'rivers'), 'active');
  });

  await t.test('and without scripts', async (t) => {
    const plain = await open('/projects', { scripts: false });
    await plain.click('#project-seas summary');
    await plain.click('#project-seas button:has-text("Put first")');
    t.match(await plain.textContent('.diff'), /seas/);
    await plain.click('text=Do it');
    t.match(await plain.textContent('main'), 'seas is now first.');
    await plain.close();
  });

  await t.test('the filter stands in the address', async (t) => {
    const found = await open('/projects?q=lakes');
    t.equal(await found.locator('.project').count(), 1);
    await found.fill('input[name="q"]', 'nothing like this');
    await found.click('text=Show');
    t.match(found.url(), /q=nothing\+like\+this/);
    t.match(await found.textContent('main'), 'No project is like this.');
    await found.close();
  });

  await t.test('the progress of an open page grows after a pass', async (t) => {
    await page.goto(new URL('/projects/pages', page.url()).href);
    const bar = '#stop .distance progress';
    const before = Number(await page.getAttribute(bar, 'value'));
    t.ok(before < 1, `${before} of the stop condition`);
    t.match(await page.textContent('#stop table'), '○ lacking');
    await worker(environment(place), { role: 'worker', project: 'pages' });
    await page.waitForSelector(`${bar}[value="1"]`);
    t.equal(await page.getAttribute(bar, 'value'), '1');
    t.match(await page.textContent('#stop table'), '✓ holds');
    await page.waitForSelector('.plot canvas');
    t.equal(await page.locator('.plot tbody tr').count(), 1, 'one pass in the table of the plot');
    t.match(await page.textContent('.output .prose'), 'Entries', 'its output is rendered');
    const run = await page.locator('main table a[href^="/runs/"]').first().getAttribute('href');
    const led = await page.request.get(new URL(run ?? '', page.url()).href);
    t.equal(led.status(), 200, 'its pass is one click away');
  });

  await t.test('an objective is changed after its preview', async (t) => {
    const form = page.locator('form[action="/act/project-next"]');
    await form.locator('textarea').fill('Write about all rivers.');
    await form.locator('button').click();
    await page.waitForSelector('text=What this would change');
    t.match(await page.textContent('.diff'), /\+.*Write about all rivers\./);
    await page.click('text=Do it');
    await page.waitForSelector('text=Next pass: Write about all rivers.');
  });

  await t.test('links of outputs stay inside', async (t) => {
    writeFileSync(
      join(place.root, 'PROJECTS/pages/outputs/more.md'),
      '# More\n\nSee [the page](page.md).\n',
    );
    await page.goto(new URL('/file?path=PROJECTS/pages/outputs/more.md', page.url()).href);
    await page.click('text=the page');
    t.match(await page.textContent('h1'), 'page.md');
    t.match(await page.textContent('.prose'), 'Entries');
    const nowhere = await page.goto(new URL('/file?path=../home/x', page.url()).href);
    t.equal(nowhere?.status(), 404);
  });

  await t.test('axe finds nothing, and nothing is wider than a phone', async (t) => {
    const small = await open('/', { width: 390 });
    for (const scheme of ['light', 'dark'] as const)
      for (const path of ['/projects', '/projects/pages', '/graph?file=ACTIVE-PROJECTS.md']) {
        await turnTo(small, path, scheme);
        t.strictSame(await violations(small), [], `${path}, ${scheme}`);
        t.equal(await overflow(small), 0, `${path} at 390 px`);
      }
  });
});
