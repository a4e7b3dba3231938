/** The frame of the pages in a real browser: the link, the navigation, both themes, a small window. */
import t from 'tap';
import {
  dashboardInBrowser,
  NO_CHROMIUM,
  overflow,
  turnTo,
  violations,
} from '../../../support/browser.js';
import { makeWorkspace } from '../../../support/make-workspace.js';

t.setTimeout(180_000);

t.test(
  'a link that works once opens a page that all can read',
  { skip: NO_CHROMIUM },
  async (t) => {
    const { dashboard, open } = await dashboardInBrowser(t, makeWorkspace(t.testdir()));
    const page = await open('/', { width: 390 });
    for (const scheme of ['light', 'dark'] as const) {
      await turnTo(page, '/', scheme);
      t.match(await page.title(), /^This morning/);
      t.strictSame(await violations(page), [], `axe finds nothing in the ${scheme} theme`);
      t.equal(await overflow(page), 0, 'nothing is wider than 390 px');
      if (scheme === 'dark') {
        await page.goto(dashboard.link);
        t.match(await page.textContent('body'), /used before/, 'the link does not work again');
      }
    }
  },
);
