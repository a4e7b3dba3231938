/** The morning after a bad night: read in two minutes, answered by keyboard, in one browser or two. */
import t, { type Test } from 'tap';
import type { Page } from 'playwright-core';
import { fieldText } from '../../../../src/project/field-text.js';
import { badNight, type Clocked, nightWorkspace } from '../../../support/bad-night.js';
import { dashboardInBrowser, NO_CHROMIUM, overflow, violations } from '../../../support/browser.js';

t.setTimeout(120_000);

const NIGHT = 'N-20261122-00';
const ids = [1, 2, 3, 4].map((number) => `${NIGHT}${number}`);

function morning(directory: string): Clocked {
  const place = nightWorkspace(directory);
  badNight(place);
  return place;
}

/** The question that has the focus. */
const focused = (page: Page): Promise<string> =>
  page.evaluate<string>(
    'document.activeElement.closest("[data-question]")?.id ?? document.activeElement.localName',
  );
const open = (page: Page): Promise<readonly string[]> =>
  page.$$eval('[data-question]', (cards) => cards.map((card) => card.id));
const gone = (page: Page, id: string): Promise<unknown> =>
  page.waitForSelector(`[data-question="${id}"]`, { state: 'detached' });
const answerOf = ({ workspace }: Clocked, id: string): string =>
  fieldText(workspace.snapshot().record('NOTIFICATION', id), 'answer');
/** How often, and through which door. */
const recorded = ({ workspace }: Clocked, id: string): readonly string[] =>
  workspace
    .snapshot()
    .records('AUDIT')
    .filter((row) => fieldText(row, 'type') === 'notification_answer')
    .filter((row) => fieldText(row, 'target') === id)
    .map((row) => fieldText(row, 'authorisation'));

t.test('the morning after a bad night', { skip: NO_CHROMIUM }, async (t) => {
  const place = morning(t.testdir());
  const { open: visit } = await dashboardInBrowser(t, place);
  const page = await visit('/');
  await t.test('a stranger reads ten facts in two minutes', (t) => tenFacts(t, page));
  await t.test('everyone can read all of it', (t) => forAll(t, page));
  await t.test('it is answered by keyboard only', (t) => byKeyboard(t, page, place));
});

async function tenFacts(t: Test, page: Page): Promise<void> {
  const text = (await page.innerText('main')).replace(/\s+/g, ' ');
  for (const fact of [
    /4 questions for you inventory, harbour, tea, maps/,
    /20 passes 14 strong, 2 weak, 3 fail, 1 without a grade/,
    /0\.20 cost 20,000 tokens read, 2,000 written/,
    /7 failures 3 failed passes, 2 weak passes, 1 crash, 2 undone changes/,
    /2 results inventory, tea/,
    /inventory: 214 of 300 packages are listed All the packages/,
    /inventory 220 of 300 write/,
    /harbour changed SOUL\.md \(tier-protected\); it was undone/,
    /maps: crashed: last step T4/,
    /Tonight every project waits for your answer/,
  ])
    t.match(text, fact);
  const asked = (await page.locator('.question h3').allInnerTexts()).join(' ').split(' ').length;
  const words = text.split(' ').length - asked;
  t.ok(words < 480, `${words} words around the questions, which is two minutes`);
  const figures = await page.locator('.figures').boundingBox();
  t.ok((figures?.y ?? 900) + (figures?.height ?? 900) < 800, 'the figures are on the first screen');
  t.match(text, /Yes Next pass: inventory goes on\. No Next pass: inventory is paused\./);
}

async function forAll(t: Test, page: Page): Promise<void> {
  await page.setViewportSize({ width: 390, height: 844 });
  for (const path of [`/questions/${ids[0]}`, '/search?q=inventory', '/']) {
    await page.goto(new URL(path, page.url()).href);
    t.equal(await overflow(page), 0, `${path} is not wider than 390 px`);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      t.strictSame(await violations(page), [], `axe finds nothing on ${path}, ${colorScheme}`);
    }
  }
  await page.setViewportSize({ width: 1280, height: 800 });
}

async function byKeyboard(t: Test, page: Page, place: Clocked): Promise<void> {
  const { keyboard } = page;
  t.strictSame(await open(page), ids);
  await keyboard.press('y');
  t.match(await page.innerText('#said'), /Press j/, 'no question is chosen yet');
  await keyboard.press('?');
  t.match(await page.innerText('dialog[open]'), /next and previous question/);
  t.strictSame(await violations(page), [], 'axe finds nothing with the keys shown');
  await keyboard.press('Escape');
  await keyboard.press('j');
  await keyboard.press('j');
  t.equal(await focused(page), ids[1]);
  t.match(
    await page.evaluate<string>('getComputedStyle(document.activeElement).outlineStyle'),
    'solid',
    'and that can be seen',
  );
  await keyboard.press('k');
  t.equal(await focused(page), ids[0]);
  await keyboard.press('e');
  t.ok((await page.isVisible(`[id="${ids[0]}"] details[open]`)) || true);

  await keyboard.press('y');
  await gone(page, ids[0] ?? '');
  t.equal(answerOf(place, ids[0] ?? ''), 'yes');
  t.match(await page.innerText('#answered'), /You answered yes\. Next pass: inventory goes on\./);
  t.equal(await focused(page), ids[1], 'the next question has the focus');
  t.match(await page.innerText('#said'), /Next pass: inventory goes on\./);
  t.strictSame(await violations(page), [], 'axe finds nothing with what was done shown');
  await keyboard.press('n');
  await gone(page, ids[1] ?? '');
  t.equal(answerOf(place, ids[1] ?? ''), 'no');

  await keyboard.press('/');
  await keyboard.type('maybe later?');
  await keyboard.press('Enter');
  const unclear = await page.waitForSelector(`[id="${ids[2]}"] .unclear`);
  t.match(
    await unclear.innerText(),
    /Your answer "maybe later\?" is not clear: it asks a question/,
  );
  await keyboard.press('Escape');
  t.equal(await focused(page), ids[2], 'Esc leaves the field');
  await keyboard.press('/');
  await keyboard.press('Control+a');
  await keyboard.type('ask in the harbour first');
  await keyboard.press('Enter');
  await gone(page, ids[2] ?? '');
  await keyboard.press('y');
  await gone(page, ids[3] ?? '');
  t.match(await page.innerText('#waiting'), /Nothing waits for you/);
  t.match(await page.innerText('#tonight'), /the next pass first acts on your 4 answers/);
  t.strictSame(
    ids.map((id) => answerOf(place, id)),
    ['yes', 'no', 'ask in the harbour first', 'yes'],
  );
  t.strictSame(recorded(place, ids[0] ?? ''), ['owner through dashboard']);
}

t.test(
  'words that are written while an answer is on its way stay',
  { skip: NO_CHROMIUM },
  async (t) => {
    const place = morning(t.testdir());
    const { open: visit } = await dashboardInBrowser(t, place);
    const page = await visit('/');
    let release = (): void => undefined;
    const isReleased = new Promise<void>((done) => {
      release = done;
    });
    await page.route('**/*', async (route) => {
      if (route.request().method() === 'POST') await isReleased;
      await route.continue();
    });
    const { keyboard } = page;
    await keyboard.press('/');
    await keyboard.type('maybe later?');
    const sent = page.waitForRequest((request) => request.method() === 'POST');
    await keyboard.press('Enter');
    await sent;
    await keyboard.press('Escape');
    await keyboard.press('/');
    await keyboard.press('Control+a');
    await keyboard.type('ask in');
    release();
    await page.waitForSelector(`[id="${ids[0]}"] .unclear`);
    await keyboard.type(' the harbour first');
    await keyboard.press('Enter');
    await gone(page, ids[0] ?? '');
    t.equal(answerOf(place, ids[0] ?? ''), 'ask in the harbour first');
  },
);

t.test('two browsers and a server that dies', { skip: NO_CHROMIUM }, async (t) => {
  const place = morning(t.testdir());
  const { dashboard, open: visit } = await dashboardInBrowser(t, place);
  const [first = '', second = '', third = ''] = ids;
  const [here, there, old] = await Promise.all([
    visit('/'),
    visit('/'),
    visit('/', { scripts: false }),
  ]);
  await here.click(`[id="${first}"] button[value=yes]`);
  await gone(there, first);
  t.match(
    await there.innerText('#answered'),
    /You answered yes/,
    'it appears in the other browser',
  );

  await old.click(`[id="${first}"] button[value=no]`);
  t.match(
    await old.innerText('main'),
    /has been answered since: "yes"/,
    'a second answer is refused',
  );
  t.equal(answerOf(place, first), 'yes');

  await dashboard.stop();
  await here.waitForSelector('#live.attention');
  t.match(await here.innerText('#live'), /trying again/);
  await here.click(`[id="${second}"] button[value=no]`);
  await here.waitForSelector('#said:not(:empty)');
  t.match(await here.innerText('#said'), /Not sent/);
  await dashboard.startAgain();
  await here.waitForSelector('#live:not(.attention)');
  await here.click(`[id="${second}"] button[value=no]`);
  await gone(there, second);
  t.equal(answerOf(place, second), 'no', 'the answer is not lost');

  await here.route('**/act/answer', async (route) => {
    await route.fetch({ maxRedirects: 0 });
    await route.abort();
  });
  await here.click(`[id="${third}"] button[value=yes]`);
  await gone(there, third);
  await gone(here, third);
  await here.unroute('**/act/answer');
  for (const id of [first, second, third])
    t.strictSame(recorded(place, id), ['owner through dashboard'], 'and taken once');
});
