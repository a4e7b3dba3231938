/** A pass watched in a real browser while it works, and what did not begin meanwhile. */
import { spawnSync } from 'node:child_process';
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import t from 'tap';
import { worker } from '../../../../src/passes/worker/worker.js';
import {
  dashboardInBrowser,
  NO_CHROMIUM,
  overflow,
  turnTo,
  violations,
} from '../../../support/browser.js';
import {
  environment,
  placeWithProject,
  REPORT,
  WRITES_PAGE,
} from '../../../passes/pass-workspace.js';

t.setTimeout(180_000);

const PROGRAM = fileURLToPath(new URL('../../../../../bin/nocturne.cjs', import.meta.url));

t.test('a night that is watched', { skip: NO_CHROMIUM }, async (t) => {
  const directory = t.testdir();
  const go = join(directory, 'go');
  const place = placeWithProject(
    directory,
    `${WRITES_PAGE}import { existsSync } from 'node:fs';
console.log('looking around');
for (let i = 0; i < 1200 && !existsSync(${JSON.stringify(go)}); i++)
  await new Promise((done) => setTimeout(done, 50));
${REPORT}`,
  );
  const { open } = await dashboardInBrowser(t, place);
  const night = await open('/night');
  t.match(await text(night, 'main'), /No pass ran in this night/);
  await night.evaluate("window.sinceLoaded = 'yes'");

  const pass = worker(environment(place), { role: 'worker' });
  await night.waitForSelector('text=/working on pages since \\d\\d:\\d\\d:\\d\\d/');
  t.match(await text(night, '.running'), /The last heartbeat was at \d\d:\d\d:\d\d\./);
  t.equal(await night.locator('.bar-of-pass.live').count(), 1, 'and it is on the time axis');
  t.equal(await night.locator('svg[aria-hidden=true] a[tabindex="-1"]').count(), 1);
  const id = (await text(night, '.running h2 a')).trim();
  const run = await open(`/runs/${id}`);
  await run.evaluate("window.sinceLoaded = 'yes'");
  t.match(await text(run, 'main'), /State\s*running/);
  t.strictSame(await violations(run), [], 'axe finds nothing on a running pass');
  t.match(
    await text(run, 'main'),
    /This prompt has the hash that the audit log recorded/,
    'what the agent was told can be read while it works',
  );

  const second = spawnSync(
    process.execPath,
    [PROGRAM, 'run', 'worker', '--workspace', place.root],
    {
      env: { ...process.env, NOCTURNE_HOME: place.home },
      encoding: 'utf8',
    },
  );
  t.equal(second.status, 4, 'another pass cannot begin');
  await night.waitForSelector('td >> text=deferred');
  t.match(await text(night, 'main'), new RegExp(`${id} \\(worker\\) is running`));

  writeFileSync(go, '');
  const { data } = await pass;
  await night.waitForSelector(`td .badge.good >> text=${String(data.quality).toLowerCase()}`);
  t.equal(await night.locator('.running').count(), 0);
  t.equal(await night.evaluate('window.sinceLoaded'), 'yes', 'without loading the page again');
  await run.waitForSelector('text=Stop condition');
  t.equal(await run.evaluate('window.sinceLoaded'), 'yes', 'and so is the page of the pass');
  const told = await text(run, 'main');
  t.match(told, /entries: .*before|Before/s, 'each test before and after');
  t.match(told, /PROJECTS\/pages\/outputs\/page\.md/);
  t.match(told, /\+- name: one/, 'the difference');
  t.match(told, new RegExp(`Last changed .* by worker in ${id}`), 'and who wrote it last');
  t.equal(await run.locator('.note >> text=/^This prompt has the hash/').count(), 1);

  place.workspace.commit({
    actor: { kind: 'nocturne', name: 'schedule' },
    runId: '',
    reason: 'missed',
    changes: [],
    audit: [
      {
        step: '',
        type: 'missed',
        target: 'manager',
        authorisation: '',
        result: 'missed',
        detail: 'missed 1',
      },
    ],
  });
  appendFileSync(join(place.root, 'SOUL.md'), '\nA line that nobody signed.\n');
  t.match(await worker(environment(place), { role: 'worker' }), { exit: 3 });
  await night.reload();
  const found = await night
    .locator('table >> text=/refused by the gate|missed|deferred/')
    .allTextContents();
  for (const word of ['refused by the gate', 'missed', 'deferred'])
    t.ok(found.includes(word), word);
  t.equal(await night.locator('.mark').count(), 3, 'and on the time axis');
  const small = await open('/', { width: 390 });
  for (const path of ['/night', `/runs/${id}`])
    for (const scheme of ['light', 'dark'] as const) {
      await turnTo(small, path, scheme);
      t.strictSame(await violations(small), [], `axe finds nothing on ${path}, ${scheme}`);
      t.equal(await overflow(small), 0, `${path} is not wider than 390 px`);
    }
  await turnTo(night, '/night?date=2020-01-01');
  t.match(await text(night, 'main'), /1 January 2020/);
  await turnTo(night, '/night?date=yesterday');
  t.match(await text(night, 'main'), /--night cannot be "yesterday"/);
});

async function text(page: Page, selector: string): Promise<string> {
  return (await page.locator(selector).first().textContent()) ?? '';
}
