/** The page Mesh in a real browser: nodes that come and go, tasks, what a node may do, axe, 390 px. */
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { writeSeen, type Seen } from '../../../../src/modules/mesh/node/seen.js';
import { STATES_FILE } from '../../../../src/modules/mesh/node/seen.js';
import { MESH_PAGE } from '../../../../src/modules/mesh/settings.js';
import { meshNodes } from '../../../modules/mesh/mesh-place.js';
import { callCommand } from '../../cli/run-cli.js';
import {
  dashboardInBrowser,
  NO_CHROMIUM,
  overflow,
  turnTo,
  violations,
} from '../../../support/browser.js';

t.setTimeout(180_000);

const URL_OF_SERVER = 'nats://127.0.0.1:4222';

function task(root: string, name: string, lines: string): void {
  mkdirSync(join(root, 'mesh/outbox'), { recursive: true });
  const text = `---\ntitle: Count bees\nproject: pages\nwrites: [outputs/**]\n${lines}---\n\nCount.\n`;
  writeFileSync(join(root, `mesh/outbox/${name}.md`), text);
}

function seen(state: string, ageMs: number): void {
  const now = Date.now();
  const node = { session: 's', version: '1', models: ['qwen3'], tools: [], capacity: 2 };
  const running = [{ owner: 'lead', task: 'bees', attempt: 1 }];
  const file: Seen = {
    ...{ schema: 1, node: 'lead', url: URL_OF_SERVER, writtenAt: now, connection: 'connected' },
    ...{ since: now - 60_000, server: 'nats-server 2.15.2' },
    nodes: [{ ...node, id: 'left', tags: ['gpu', 'root'], running, heardAt: now - ageMs }],
  };
  writeSeen(state, file);
  writeFileSync(join(state, STATES_FILE), JSON.stringify({ ageMs }));
}

t.test('the mesh on a page', { skip: NO_CHROMIUM }, async (t) => {
  const [lead, left] = meshNodes(t.testdir(), URL_OF_SERVER, [
    { id: 'lead', may: 'work' },
    { id: 'left', tags: ['gpu'] },
    { id: 'right' },
  ]).nodes;
  if (lead === undefined || left === undefined) throw new Error('two nodes');
  const { root, workspace } = lead;
  task(root, 'bees', 'tags: [gpu]\nstate: running\nattempt: 1\nnode: left\n');
  task(root, 'ants', 'tags: [tpu]\n');
  task(root, 'moths', 'state: released\nattempt: 3\nwhy: <b>it</b> failed everywhere\n');
  seen(workspace.state, 3_000);
  const { open } = await dashboardInBrowser(t, lead);

  const small = await open('/', { width: 390 });
  for (const scheme of ['light', 'dark'] as const) {
    await turnTo(small, '/mesh', scheme);
    await small.locator('#nodes details summary').first().click();
    await small.locator('#propose summary').click();
    t.strictSame(await violations(small), [], `axe finds nothing, ${scheme}`);
    t.equal(await overflow(small), 0, 'not wider than 390 px');
  }
  await small.context().close();

  const page = await open('/mesh');
  t.match(await page.innerText('#nodes tbody tr:first-child'), /left\s+LIVE\s+\d+ s ago\s+gpu/);
  t.match(await page.innerText('main'), /1 task for tpu waits: no node has tpu/);
  t.match(await page.innerText('#tasks tbody tr:first-child'), /moths[\s\S]*<b>it<\/b> failed/);
  t.equal(await page.getByRole('button', { name: 'Retry moths' }).count(), 1);
  t.equal(await page.getByRole('button', { name: 'Retry bees' }).count(), 0);

  seen(workspace.state, 60_000);
  await page.locator('#nodes .badge', { hasText: 'STALE' }).waitFor();
  task(root, 'bees', 'state: completed\nattempt: 1\nnode: left\n');
  await page.locator('#tasks .badge', { hasText: 'completed' }).waitFor();

  await page.locator('#propose summary').click();
  const proposal = page.getByRole('form', { name: 'Propose a task' });
  await proposal.getByLabel('Title').fill('Find wasps');
  await proposal.getByLabel('What is to be done').fill('Find them all.');
  await proposal.getByRole('button', { name: 'Propose' }).click();
  await page.locator('#tasks tbody', { hasText: 'find-wasps' }).waitFor();
  t.match(readFileSync(join(root, 'mesh/outbox/find-wasps.md'), 'utf8'), /Find them all\./);
  await page.getByRole('button', { name: 'Cancel find-wasps' }).click();
  await page
    .locator('#tasks tr', { hasText: 'find-wasps' })
    .locator('.badge', { hasText: 'cancelled' })
    .waitFor();
  await page.getByRole('button', { name: 'Retry moths' }).click();
  await page
    .locator('#tasks tr', { hasText: 'moths' })
    .locator('.badge', { hasText: 'queued' })
    .waitFor();

  t.match(
    await callCommand(left, ['mesh', 'cancel', 'bees']),
    { json: { error: { code: 'NOT_FOUND' } } },
    'only the node of its owner decides about a task',
  );

  // By keyboard: the box of one word, then the preview, then the yes.
  await page.locator('#nodes summary', { hasText: 'What right may do' }).focus();
  await page.keyboard.press('Enter');
  const form = page.getByRole('form', { name: 'What right may do here' });
  await form.getByLabel('search').focus();
  await page.keyboard.press('Space');
  await form.getByRole('button', { name: 'Preview' }).press('Enter');
  await page.getByText('right may here: work, search').waitFor();
  const before = readFileSync(join(root, MESH_PAGE), 'utf8');
  t.notMatch(before, /work, search/, 'a preview writes nothing');
  await page.getByRole('button', { name: 'Do it' }).press('Enter');
  await page.locator('#nodes td', { hasText: 'work, search' }).waitFor();
  t.match(readFileSync(join(root, MESH_PAGE), 'utf8'), /\| right \| \S+ \| work, search \|/);
  appendFileSync(join(root, MESH_PAGE), '\n');
  await page.getByText('is not as you signed it').first().waitFor();
});
