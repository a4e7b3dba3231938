/** The workspace at another time in a real browser: a slider, a page as it was, a difference. */
import type { Page } from 'playwright-core';
import t from 'tap';
import { openWorkspace } from '../../../../src/workspace/open-workspace.js';
import type { Change } from '../../../../src/workspace/types.js';
import {
  dashboardInBrowser,
  NO_CHROMIUM,
  overflow,
  turnTo,
  violations,
} from '../../../support/browser.js';
import { makeWorkspace } from '../../../support/make-workspace.js';

t.setTimeout(180_000);

const HOUR = 3_600_000;
const PATH = 'PROJECTS/alpha/outputs/page.md';
const PROJECT = 'PROJECTS/alpha/LONGRUNNER.md';

const PROJECT_ALPHA: Change = {
  kind: 'insert',
  object: 'PROJECT',
  key: 'alpha',
  fields: {
    mission: 'count',
    'phase.name': 'first',
    'phase.objective': 'one',
    'phase.status': 'active',
    'next_pass.model_tier': 'standard',
  },
};

t.test('history', { skip: NO_CHROMIUM }, async (t) => {
  const now = Date.now();
  let clock = now - 72 * HOUR;
  const made = makeWorkspace(t.testdir(), { at: new Date(clock).toISOString() });
  const workspace = openWorkspace(made.root, {
    home: made.home,
    clock: { now: () => new Date(clock) },
  });
  const change = (hoursAgo: number, reason: string, ...changes: readonly Change[]): void => {
    clock = now - hoursAgo * HOUR;
    workspace.commit({ actor: { kind: 'owner', name: 'owner' }, runId: '', reason, changes });
  };
  change(70, 'a new project', PROJECT_ALPHA);
  change(48, 'a first page', { kind: 'write', path: PATH, content: '# Old\n\nOne *old* line.\n' });
  change(
    2,
    'the page is better now',
    { kind: 'write', path: PATH, content: '# New\n\n<script>alert(1)</script>\n' },
    { kind: 'set', address: `${PROJECT}#phase.objective`, value: 'two' },
  );
  const { open } = await dashboardInBrowser(t, made);
  const yesterday = Math.floor((now - 24 * HOUR) / 1000);

  t.test('the slider goes to yesterday, and a page is as it was', async (t) => {
    const page = await open('/history');
    await Promise.all([
      page.waitForURL(/\/history\/at\?slide=/),
      page.locator('#slide').fill(String(yesterday)),
    ]);
    const files = await page.locator('tbody tr td:first-child').allTextContents();
    t.strictSame(files, [PROJECT, PATH], 'what was different then');
    t.match(await text(page, 'tbody'), /owner: the page is better now/, 'and why');
    await page.click(`text=${PATH}`);
    t.match(await text(page, '.past-source .text'), /^# Old\n\nOne \*old\* line\./);
    t.match(await text(page, '.past-source .lines'), /^1\n2\n3/);
    t.match(await text(page, 'main'), /Last changed .* by owner: the page is better now/);
    await page.click('text=As it reads');
    t.equal(await text(page, '.prose em'), 'old');
    t.strictSame(await violations(page), []);
    await page.click('nav >> text=History');
    await page.fill('[name=at]', wall(now - 71 * HOUR));
    await page.click('form:has([name=at]) button');
    t.match(await text(page, 'main'), /PROJECTS\/alpha\/LONGRUNNER\.md/);
  });

  t.test('the slider is a form where no scripts run', async (t) => {
    const page = await open('/history', { scripts: false });
    await page.locator('#slide').fill(String(yesterday));
    await page.click('form:has(#slide) button');
    t.match(await text(page, 'main'), /Different at/);
    t.match(page.url(), new RegExp(`slide=${yesterday}`));
  });

  t.test('the difference of two times', async (t) => {
    const page = await open('/history');
    await page.fill('[name=from]', wall(yesterday * 1000));
    await page.click('text=Compare');
    const diff = await text(page, 'main');
    for (const part of ['-# Old', '+# New', '#phase.objective: one → two'])
      t.ok(diff.includes(part), part);
    t.match(diff, /owner: the page is better now/);
    t.equal(await page.locator('main script:not([src])').count(), 0, 'text of files stays text');
    await page.click('text=This file alone >> nth=0');
    t.match(await text(page, 'h1'), `What changed in ${PROJECT}`);
  });

  t.test('a page with records, and one value of it', async (t) => {
    const page = await open(`/history/page?path=${PROJECT}&at=${wall(now - 24 * HOUR)}`);
    t.match(await text(page, 'tr:has-text("phase.objective")'), /one/);
    await page.click('td a >> text=phase.objective');
    t.match(await text(page, 'main'), /It is now two/);
    t.match(await text(page, 'tbody tr'), /onetwo.*the page is better now/);
  });

  t.test('what is not there is said, and nothing outside is read', async (t) => {
    const page = await open('/history');
    for (const [path, found] of [
      ['/history/page?path=nothing.md', /no file|nothing\.md/],
      ['/history/page?path=../home/owner.key', /That did not work|Not found/],
      ['/history/page?path=/etc/passwd', /That did not work|Not found/],
      ['/history/at?at=never', /"never" is not a time/],
      [`/history/page?path=${PATH}&at=${wall(now - 71 * HOUR)}`, /There was no/],
      ['/runs/RUN-20200101-001', /there is no run RUN-20200101-001/],
    ] as const) {
      await turnTo(page, path);
      const shown = await text(page, 'main');
      t.match(shown, found, path);
      t.notMatch(shown, /root:|PRIVATE KEY/);
    }
  });

  t.test('in both themes, in a small window', async (t) => {
    const at = wall(yesterday * 1000);
    const page = await open('/', { width: 390 });
    for (const path of [
      '/history',
      `/history/at?at=${at}`,
      `/history/page?path=${PATH}`,
      `/history/page?path=${PROJECT}&at=${at}`,
      `/history/diff?from=${at}&to=now`,
      `/history/address?address=${encodeURIComponent(`${PROJECT}#phase.objective`)}`,
    ])
      for (const scheme of ['light', 'dark'] as const) {
        await turnTo(page, path, scheme);
        t.strictSame(await violations(page), [], `axe finds nothing on ${path}, ${scheme}`);
        t.equal(await overflow(page), 0, `${path} is not wider than 390 px`);
      }
  });
});

/** A time of UTC, which is the zone of this owner, for a field of a form. */
function wall(time: number): string {
  return new Date(time).toISOString().slice(0, 19);
}

async function text(page: Page, selector: string): Promise<string> {
  return (await page.locator(selector).first().textContent()) ?? '';
}
