/** A page that stays open: through a restart of the server, with words in it, and without scripts. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { fieldText } from '../../../../src/project/field-text.js';
import { placeWithProject } from '../../../passes/pass-workspace.js';
import { dashboardInBrowser, NO_CHROMIUM } from '../../../support/browser.js';
import { questionId, questionsPage } from '../../../support/questions-page.js';
import { callCommand } from '../../cli/run-cli.js';

t.setTimeout(120_000);

t.test(
  'the server restarts under a page, and nothing is lost or done twice',
  { skip: NO_CHROMIUM },
  async (t) => {
    const asked = ['May I go on?', 'May I stop?', 'May I rest?', 'May I ask?'];
    const place = placeWithProject(t.testdir(), '', {
      files: { 'NOTIFICATIONS.md': questionsPage(asked) },
    });
    const { dashboard, open } = await dashboardInBrowser(t, place);
    const answersTo = (number: number): readonly string[] =>
      place.workspace
        .snapshot()
        .records('AUDIT')
        .filter((row) => fieldText(row, 'target') === questionId(number))
        .map((row) => fieldText(row, 'detail'));
    const page = await open('/');
    const live = page.locator('#live');
    const answer = (number: number, text: string) =>
      page.locator(`form.act:has(input[value="${questionId(number)}"]) button[value="${text}"]`);

    // What the owner writes, in a field that the page has or that is put beside the answer.
    await page.evaluate(`{
    const field = document.createElement('textarea');
    field.id = 'words';
    document.querySelectorAll('form.act')[2].append(field);
  }`);
    await page.fill('#words', 'only after');
    await page.evaluate('document.querySelector("#main").focus()');
    await callCommand(place, ['answer', questionId(4), 'yes']);
    await page.waitForSelector(`article#${questionId(4)}`, { state: 'detached' });
    t.equal(await page.inputValue('#words'), 'only after', 'a change elsewhere takes no word away');

    await dashboard.stop();
    await page.waitForSelector('#live.attention');
    t.match(
      await live.textContent(),
      /^as of \d\d:\d\d:\d\d · not (?:connected|reached)/,
      'never a stale green',
    );
    await answer(1, 'yes').click();
    await page.locator('#said', { hasText: 'Not sent' }).waitFor();
    t.same(answersTo(1), []);
    await dashboard.startAgain();
    await page.waitForSelector('#live:not(.attention)');
    t.equal(await page.inputValue('#words'), 'only after');
    await answer(1, 'yes').dblclick();
    await page.waitForSelector('main > .done');
    t.match(await page.textContent('main > .done'), `${questionId(1)} approved`);
    t.equal(
      await page.inputValue('#words'),
      'only after',
      'an answer takes no word of another away',
    );
    t.same(answersTo(1), ['yes'], 'once');

    const plain = await open('/', { scripts: false });
    const stale = await open('/', { scripts: false });
    const press = (of: typeof plain, number: number, text: string) =>
      of.click(`form.act:has(input[value="${questionId(number)}"]) button[value="${text}"]`);
    await press(plain, 2, 'no');
    t.match(
      await plain.textContent('main > .done'),
      `${questionId(2)} declined`,
      'without scripts, too',
    );
    await plain.reload();
    t.same(answersTo(2), ['no'], 'loading it again repeats nothing');
    await press(stale, 2, 'yes');
    t.match(
      await stale.textContent('.problem'),
      'has been answered since: "no"',
      'too late, and said',
    );
    t.same(answersTo(2), ['no']);

    await callCommand(place, ['answer', questionId(3), 'no']);
    await page.waitForSelector('.gone');
    t.equal(await page.inputValue('#words'), 'only after', 'words to a question that is gone stay');
    const before = await live.textContent();
    await callCommand(place, ['dashboard', 'revoke', '--all']);
    writeFileSync(join(place.root, 'PROJECTS/pages/outputs.md'), '# Later\n');
    await page.waitForSelector('#live.attention');
    t.match(await live.textContent(), /logged out/, `after ${before}`);
  },
);
