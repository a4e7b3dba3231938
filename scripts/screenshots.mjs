// `npm run screenshots`: the pictures of docs/images, taken of a demonstration with a plan in
// Debian's Chromium. Run it after a change that shows.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const NOCTURNE = join(import.meta.dirname, '../bin/nocturne.cjs');
const IMAGES = join(import.meta.dirname, '../docs/images');
const PAGES = {
  morning: '/',
  night: '/night',
  projects: '/projects',
  project: '/projects/inventory',
  plan: '/plans/bees',
  findings: '/findings',
  graph: '/graph?file=SOUL.md',
  history: '/history',
  search: '/search?q=inventory',
  spend: '/spend',
  trust: '/trust',
  query: '/query?sql=SELECT%20run_id%2C%20project%2C%20outcome%20FROM%20run',
};

const place = mkdtempSync(join(tmpdir(), 'nocturne-pictures-'));
const root = join(place, 'night');
const env = { ...process.env, NOCTURNE_HOME: join(place, 'home') };

function nocturne(...words) {
  const { status, stderr } = spawnSync(process.execPath, [NOCTURNE, ...words], {
    env,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`nocturne ${words.join(' ')}: ${stderr}`);
}

nocturne('demo', root);
const within = ['--workspace', root];
nocturne('project', 'new', 'bees', '--mission', 'Know how bees sleep.', ...within);
const about = ['--context', 'Do bees sleep?', '--set', 'aspects=what is known, who disputes it'];
nocturne('plan', 'new', 'bees', '--template', 'overnight-research', ...about, ...within);

const server = spawn(process.execPath, [NOCTURNE, 'dashboard', '--port', '0', ...within], { env });
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
});
try {
  const link = await new Promise((done) => {
    server.stderr.on('data', (text) => {
      const found = /http:\S+/.exec(String(text));
      if (found) done(found[0]);
    });
  });
  const page = await (await browser.newContext({ reducedMotion: 'reduce' })).newPage();
  await page.goto(link);
  for (const [name, path] of Object.entries(PAGES)) await take(page, { name, path, link });
  await take(page, { name: 'morning-phone-dark', path: '/', link, width: 390, scheme: 'dark' });
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.emulateMedia({ colorScheme: 'light' });
  await page.goto(new URL('/night', link).href);
  await page.click('a[href^="/runs/"]');
  await page.screenshot({ path: join(IMAGES, 'pass.png') });
} finally {
  await browser.close();
  server.kill('SIGTERM');
  rmSync(place, { recursive: true, force: true });
}

/** Commands that a page waits for have answered when the network is quiet but for its stream. */
async function take(page, { name, path, link, width = 1280, scheme = 'light' }) {
  await page.setViewportSize({ width, height: 800 });
  await page.emulateMedia({ colorScheme: scheme });
  await page.goto(new URL(path, link).href);
  await page
    .waitForFunction(
      () => !/not known yet|is running\.|being counted/.test(document.body.innerText),
      null,
      {
        timeout: 120_000,
      },
    )
    .catch(() => console.error(`${name}: something was still not known`));
  await page.screenshot({ path: join(IMAGES, `${name}.png`) });
}
