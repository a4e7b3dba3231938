/** What agents wrote is text on every page there is, and no address leads out of the workspace. */
import t from 'tap';
import { installedModules } from '../../../src/modules/installed.js';
import { PAGES } from '../../../src/surfaces/dashboard/pages/pages.js';
import { dashboardInBrowser, NO_CHROMIUM } from '../../support/browser.js';
import { plantedWorkspace } from '../../support/planted-workspace.js';

t.setTimeout(180_000);

const PAYLOAD = `"'><img data-planted=999 src=x onerror=planted(999)>`;
const TRAVERSALS = [
  '..%2F..%2F..%2F..%2Fetc%2Fpasswd',
  '%2Fetc%2Fpasswd',
  '....%2F%2Fetc%2Fpasswd',
  '..%5C..%5Cetc%5Cpasswd',
  'PROJECTS%2F..%2F..%2Fhome%2Fowner.key',
  'file:%2F%2F%2Fetc%2Fpasswd',
  'pages%00.md',
  '%252e%252e%252fetc%252fpasswd',
  '__proto__',
  'constructor',
];
const QUERIES =
  'q text before after at from to since rule file path sql project status run id kind actor field sort done';

const FILES = ['file', 'path', 'page', 'run', 'project', 'id'];

type Look = {
  readonly status: number;
  readonly found: readonly string[];
  readonly seen: readonly string[];
  readonly leaks: boolean;
};

/** Runs in the browser: fetches a page, and says what in it is not text of ours. */
const LOOK = `async (path) => {
  const response = await fetch(path);
  const html = await response.text();
  const page = new DOMParser().parseFromString(html, 'text/html');
  const found = [];
  for (const element of page.querySelectorAll('*')) {
    const name = element.localName;
    for (const { name: attribute, value } of element.attributes) {
      if (attribute === 'data-planted' || attribute.startsWith('on') || attribute === 'srcdoc' || attribute === 'style')
        found.push(name + ' ' + attribute + '=' + value);
      if (/^(?:href|src|action|formaction|xlink:href|data|poster)$/.test(attribute)) {
        const url = new URL(value, location.href);
        const isOurs = url.origin === location.origin || (attribute === 'href' && /^https?:$/.test(url.protocol) && name === 'a') || value === 'data:,';
        if (!isOurs) found.push(name + ' ' + attribute + '=' + value);
      }
    }
    if (/^(?:iframe|object|embed|base|style|img|video|audio|template)$/.test(name)) found.push(name);
    if (name === 'script' && !element.getAttribute('src')?.startsWith('/assets/') && element.type !== 'application/json') found.push('script');
  }
  const seen = [...new Set([...page.documentElement.textContent.matchAll(/planted[(= ](\\d+)/g)].map((match) => match[1]))];
  return { status: response.status, found, seen, leaks: /root:x?:0:0/.test(html) };
}`;

t.test(
  'sixty texts that would be code are text on every page',
  { skip: NO_CHROMIUM },
  async (t) => {
    const { place, where, runs, files } = await plantedWorkspace(t.testdir());
    t.ok(where.length >= 60, `${where.length} places`);
    const { open, dashboard } = await dashboardInBrowser(t, place);
    const page = await open('/');
    const strangers: string[] = [];
    page.on('request', (request) => {
      if (!request.url().startsWith(dashboard.origin) && !request.url().startsWith('data:'))
        strangers.push(request.url());
    });
    const modules = await installedModules();
    const paths = [...PAGES, ...modules.flatMap((module) => module.pages ?? [])].map(
      ({ path }) => path,
    );
    const values = [
      'pages',
      'PROJECT',
      'NOTIFICATION',
      'N-20261120-001',
      ...runs,
      ...files.slice(3, 6).map(encodeURIComponent),
      'REGISTRY.md',
      'write',
      encodeURIComponent(PAYLOAD),
      ...TRAVERSALS.slice(0, 5),
    ];
    const query = QUERIES.split(' ').map((name) => `${name}=${encodeURIComponent(PAYLOAD)}`);
    const targets = paths.flatMap((path) => {
      const filled = /[:*]/.test(path)
        ? values.map((value) => path.replace(/:\w+(?:\{[^}]*\})?\??|\*/g, value))
        : [path];
      const asked = [
        query.join('&'),
        ...TRAVERSALS.slice(0, 2).map((value) => FILES.map((name) => `${name}=${value}`).join('&')),
      ];
      return [...filled, ...asked.map((words) => `${filled[0] ?? path}?${words}`)];
    });
    const seen = new Set<string>();
    for (const target of [
      ...targets,
      `/${encodeURIComponent(PAYLOAD)}`,
      ...TRAVERSALS.map((value) => `/${value}`),
    ]) {
      const look = await page.evaluate<Look>(`(${LOOK})(${JSON.stringify(target)})`);
      if (look.found.length > 0) t.fail(`${target}: ${look.found.join('; ')}`);
      if (look.leaks) t.fail(`${target} shows a file of the system`);
      if (look.status >= 500) t.fail(`${target} is ${look.status}`);
      for (const number of look.seen) seen.add(number);
    }
    t.ok(
      seen.size >= 40,
      `${seen.size} of them stand on a page: ${where.filter((_, i) => !seen.has(String(i))).join(', ')} do not`,
    );
    for (const path of paths.filter((candidate) => !/[:*]/.test(candidate))) {
      await page.goto(new URL(path, dashboard.origin).href);
      t.equal(
        await page.evaluate('document.querySelectorAll("[data-planted]").length'),
        0,
        `${path} with its scripts`,
      );
    }
    t.same(strangers, [], 'no page asks a stranger for anything');
    for (const value of TRAVERSALS) {
      const { status, leaks } = await page.evaluate<Look>(
        `(${LOOK})(${JSON.stringify(`/assets/${value}`)})`,
      );
      t.ok(status >= 400 && status < 500 && !leaks, `/assets/${value} is ${status}`);
    }
  },
);
