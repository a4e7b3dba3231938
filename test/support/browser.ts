/** Debian's Chromium on a dashboard: pages of a logged-in owner, and what axe finds in them. */
import { createRequire } from 'node:module';
import { accessSync, constants, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { AxeResults } from 'axe-core';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import file, { type Test } from 'tap';
import { type DashboardPlace, DashboardProcess } from './dashboard-process.js';
import { REAL_CLOCK } from './faked-clock.js';

/** For `{ skip: NO_CHROMIUM }` of a test: why it cannot run here, or `false`. */
export const NO_CHROMIUM = chromiumPath() === undefined ? 'chromium is not on PATH' : false;

function chromiumPath(): string | undefined {
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'chromium'))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

export type PageOptions = {
  /** Default: 1280. */
  readonly width?: number;
  readonly scheme?: 'light' | 'dark';
  /** Default: true. */
  readonly scripts?: boolean;
};

export type InBrowser = {
  readonly dashboard: DashboardProcess;
  /** A browser of its own, logged in, at `path`. @param path of the dashboard, such as `/night`. */
  readonly open: (path: string, options?: PageOptions) => Promise<Page>;
};

/** One for all tests of a file; each has contexts of its own. */
let chromiumOfFile: Promise<Browser> | undefined;

async function startChromium(): Promise<Browser> {
  const server = await chromium.launchServer({
    executablePath: chromiumPath() ?? 'chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
    env: REAL_CLOCK,
  });
  file.teardown(async () => {
    chromiumOfFile = undefined;
    // Closing it kindly can take a minute on a busy machine.
    await server.kill();
  });
  return chromium.connect(server.wsEndpoint());
}

/** A dashboard and a browser that end with the test. @param words more of its command line. */
export async function dashboardInBrowser(
  t: Pick<Test, 'teardown'>,
  place: DashboardPlace,
  words: readonly string[] = [],
): Promise<InBrowser> {
  const dashboard = await DashboardProcess.start(place, words);
  t.teardown(() => dashboard.stop());
  chromiumOfFile ??= startChromium();
  const browser = await chromiumOfFile;
  const first = await contextOf(browser, {});
  const contexts: BrowserContext[] = [first];
  t.teardown(() => Promise.all(contexts.map((context) => context.close())));
  let entered: Page | undefined = await first.newPage();
  await entered.goto(dashboard.link, { waitUntil: 'commit' });
  const cookies = await first.cookies();
  const another = async (options: PageOptions): Promise<Page> => {
    const context = await contextOf(browser, options);
    contexts.push(context);
    await context.addCookies(cookies);
    return context.newPage();
  };
  return {
    dashboard,
    open: async (path, options = {}) => {
      // The browser that has logged in is the first one of this kind.
      const isKind = Object.keys(options).length === 0;
      const own = isKind ? entered : undefined;
      if (isKind) entered = undefined;
      const page = own ?? (await another(options));
      await turnTo(page, new URL(path, dashboard.origin).href);
      return page;
    },
  };
}

/**
 * Loads another path in the same page, for what needs no browser of its own: each costs a process.
 * @param path of the dashboard, or a whole address.
 */
export async function turnTo(
  page: Page,
  path: string,
  scheme?: PageOptions['scheme'],
): Promise<void> {
  if (scheme !== undefined) await page.emulateMedia({ colorScheme: scheme });
  const response = await page.goto(new URL(path, page.url()).href);
  const status = response?.status() ?? 0;
  if (status === 401 || status >= 500)
    throw new Error(`${path} answers ${status}: ${await page.innerText('body')}`);
}

function contextOf(browser: Browser, options: PageOptions): Promise<BrowserContext> {
  const { width = 1280, scheme = 'light', scripts = true } = options;
  return browser.newContext({
    viewport: { width, height: 800 },
    colorScheme: scheme,
    reducedMotion: 'reduce',
    javaScriptEnabled: scripts,
  });
}

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** `rule: where` of each violation. The page must run scripts. */
export async function violations(page: Page): Promise<readonly string[]> {
  // The policy of the pages forbids foreign scripts; the debugger may run them all the same.
  const debug = await page.context().newCDPSession(page);
  await debug.send('Runtime.evaluate', { expression: AXE });
  const { result } = await debug.send('Runtime.evaluate', {
    expression: 'axe.run().then((found) => JSON.stringify(found.violations))',
    awaitPromise: true,
    returnByValue: true,
  });
  await debug.detach();
  const found = JSON.parse(String(result.value)) as AxeResults['violations'];
  return found.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary}`),
  );
}

/** By how many pixels the page is wider than its window; 0: nothing has to be scrolled sideways. */
export function overflow(page: Page): Promise<number> {
  return page.evaluate<number>(
    'Math.max(0, document.documentElement.scrollWidth - document.documentElement.clientWidth)',
  );
}
