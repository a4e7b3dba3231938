/** What a pass asks to do outside its scope: seen as a difference, and done at once on a yes. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { judge } from '../../../../src/passes/door.js';
import { endPass } from '../../../../src/passes/host/host-driver.js';
import { environment } from '../../../passes/pass-workspace.js';
import { dashboardInBrowser, NO_CHROMIUM } from '../../../support/browser.js';
import { passIn, twoProjects } from '../../../support/two-projects.js';

t.setTimeout(120_000);

t.test('a yes to an approval needs a second key, and acts', { skip: NO_CHROMIUM }, async (t) => {
  const place = twoProjects(t.testdir(), { start: new Date() });
  const data = await passIn(place);
  judge(place.workspace, data, {
    door: 'mcp',
    actions: [{ kind: 'edit', path: 'docs/notes.md', content: '# Notes\n\nB line.\n' }],
    cwd: 'PROJECTS/pages',
  });
  await endPass(environment(place), {
    token: data.token,
    report: '',
    usage: { tokensIn: undefined, tokensOut: undefined, cost: undefined },
    model: '',
  });
  const { open } = await dashboardInBrowser(t, place);
  const page = await open('/');
  const card = page.locator('.question', { hasText: 'AP-001' });
  t.match(await card.innerText(), /Yes\s+At once: AP-001 is done once/);
  await page.keyboard.press('j');
  await page.keyboard.press('e');
  const difference = await card.locator('.diff').innerText();
  t.match(difference, /-A line\.[\s\S]*\+B line\./);
  t.match(await card.locator('.added').allInnerTexts(), [/B line/]);

  await page.keyboard.press('y');
  t.match(await page.innerText('#said'), /done at once\. Press Enter/);
  const notes = join(place.root, 'docs/notes.md');
  t.match(readFileSync(notes, 'utf8'), /A line/, 'nothing is done yet');
  await page.keyboard.press('Enter');
  await card.waitFor({ state: 'detached' });
  t.match(readFileSync(notes, 'utf8'), /B line/);
  t.match(await page.innerText('main > .done'), /AP-001 is carried out/);

  writeFileSync(join(place.root, 'SOUL.md'), '# Another soul\n');
  await page.waitForSelector('.alarms');
  t.match(await page.innerText('.alarms'), /No pass runs until this is put right/);
  t.match(await page.innerText('.alarms code'), /^nocturne /, 'the command that ends it');
});
