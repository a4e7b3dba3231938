/** Who gets in, on a real server: links, sessions, and every request that is not the owner's. */
import t from 'tap';
import { Sessions } from '../../../src/passes/dashboard-sessions.js';
import { ACTIONS, PAGES } from '../../../src/surfaces/dashboard/pages/pages.js';
import { fixedClock } from '../../../src/kernel/clock.js';
import { ask, OwnerClient, rawly } from '../../support/dashboard-client.js';
import { DashboardProcess } from '../../support/dashboard-process.js';
import { makeWorkspace } from '../../support/make-workspace.js';
import { callCommand } from '../cli/run-cli.js';

/** 400: it never came as far as our own checks. */
const REFUSED = new Set([400, 403]);
const DAY_MS = 24 * 3600_000;

t.test('a link works once, a session outlives the server, and is over when revoked', async (t) => {
  const place = makeWorkspace(t.testdir());
  const server = await DashboardProcess.start(place);
  t.teardown(() => server.stop());
  const { origin, link } = server;
  const token = new URL(link).search;
  const ahead = { 'sec-purpose': 'prefetch;prerender' };
  t.equal((await ask(origin, { path: `/enter${token}`, headers: ahead })).status, 204);
  t.equal((await ask(origin, { path: `/enter${token}`, method: 'HEAD' })).status, 405);
  const owner = await OwnerClient.enter(link);
  t.equal((await owner.get('/')).status, 200, 'looking ahead has not used the link up');
  const stolen = await ask(origin, { path: `/enter${token}` });
  t.equal(stolen.status, 401);
  t.match(stolen.body, /used before/);
  t.notOk(stolen.headers['set-cookie'], 'a stolen link sets no cookie');

  await server.stop();
  await server.startAgain();
  t.equal(server.origin, origin, 'at the same address');
  t.equal((await owner.get('/')).status, 200, 'the session is still there after a restart');

  const listed = await callCommand(place, ['dashboard', 'sessions']);
  const [session] = listed.json['sessions'] as readonly { readonly id: string }[];
  const linked = await callCommand(place, ['dashboard', 'link']);
  const other = await OwnerClient.enter(String(linked.json['link']));
  t.equal((await callCommand(place, ['dashboard', 'revoke', session?.id ?? ''])).exit, 0);
  t.equal((await owner.get('/')).status, 401, 'revoked while the server runs');
  t.match((await owner.get('/')).body, /nocturne dashboard link/, 'and told what to do');
  t.equal((await other.get('/')).status, 200, 'the other browser stays');
  t.equal((await callCommand(place, ['dashboard', 'revoke', 'nobody'])).exit, 2);
  t.equal((await callCommand(place, ['dashboard', 'revoke', '--all'])).exit, 0);
  t.equal((await other.get('/')).status, 401);
  const status = await callCommand(place, ['status']);
  t.match(status.text, `The dashboard is at ${origin}`);
  await server.stop();
  t.equal((await callCommand(place, ['dashboard', 'link'])).exit, 2, 'no server, no link');
});

t.test('links and sessions end by themselves', async (t) => {
  const { workspace } = makeWorkspace(t.testdir());
  const start = Date.parse('2026-11-21T01:30:00Z');
  const at = (ms: number) =>
    new Sessions({ state: workspace.state, clock: fixedClock(new Date(start + ms)) });
  const [first, second] = [at(0).newLink(), at(0).newLink()];
  t.equal(at(11 * 60_000).useLink(first, 'late'), undefined, 'a link of ten minutes ago');
  const cookie = at(5 * 60_000).useLink(second, 'Firefox') ?? '';
  t.match(at(0).list(), [{ agent: 'Firefox' }]);
  for (let day = 5; day <= 25; day += 5) t.ok(at(day * DAY_MS).find(cookie), `used on day ${day}`);
  t.notOk(at(31 * DAY_MS).find(cookie), 'after 30 days it ends, however much it was used');
  const idle = at(0).useLink(at(0).newLink(), 'idle') ?? '';
  t.notOk(at(8 * DAY_MS).find(idle), 'after a week without use it ends');
  t.same(at(0).list(), [], 'and is forgotten');
  for (let i = 0; i < 60; i++) at(i * 1000).useLink(at(i * 1000).newLink(), String(i));
  t.equal(at(60_000).list().length, 50, 'the oldest of many go');
  t.equal(at(60_000).list()[0]?.agent, '59');
});

t.test('only the owner, in the owner’s browser, on a page of ours', async (t) => {
  const server = await DashboardProcess.start(makeWorkspace(t.testdir()));
  t.teardown(() => server.stop());
  const owner = await OwnerClient.enter(server.link);
  const { origin, cookie } = owner;
  const own = new URL(origin).host;
  const form = await owner.form('/').catch(() => ({ csrf: '', once: 'x' }));
  const body = new URLSearchParams({ ...form, id: 'N-1', text: 'yes' }).toString();
  const type = { 'content-type': 'application/x-www-form-urlencoded' };
  const good = { cookie, origin, 'sec-fetch-site': 'same-origin', ...type };
  const navigates = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
  const name = cookie.split('=')[0] ?? '';

  const ROUTES = ['/', '/events', '/assets/live.js', '/enter?token=x', '/nothing'];
  const HEADERS: readonly (readonly [what: string, headers: Record<string, string>])[] = [
    ['DNS rebinding', { host: 'evil.example' }],
    ['DNS rebinding at our port', { host: `evil.example:${new URL(origin).port}` }],
    ['a name that begins like ours', { host: `127.0.0.1.evil.example` }],
    ['a name that ends like ours', { host: `evil.localhost:1` }],
    ['another address of this machine', { host: '10.0.0.1' }],
    ['an address with a user', { host: `evil@${own}` }],
    ['a foreign page', { origin: 'https://evil.example' }],
    ['a page without an origin', { origin: 'null' }],
    ['a page of another port', { origin: 'http://127.0.0.1:1' }],
    ['the other scheme', { origin: origin.replace('http:', 'https:') }],
    ['an image on a foreign page', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }],
    [
      'a frame of a foreign page',
      { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' },
    ],
    ['a script of another port', { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'cors' }],
  ];
  for (const [what, headers] of HEADERS) {
    for (const path of ROUTES) {
      const { status } = await ask(origin, { path, headers: { cookie, ...headers } });
      t.ok(REFUSED.has(status), `${what}: GET ${path} is ${status}`);
    }
    for (const { name: action } of ACTIONS) {
      const path = `/act/${action}`;
      const sent = { method: 'POST', path, headers: { ...good, ...headers }, body };
      const { status } = await ask(origin, sent);
      t.ok(REFUSED.has(status), `${what}: POST ${path} is ${status}`);
    }
  }
  const COOKIES = [
    '',
    `${name}=`,
    `${name}=forged`,
    `${name}=${'A'.repeat(43)}`,
    `other=${cookie.split('=')[1]}`,
    `${name}=../../etc/passwd`,
  ];
  for (const forged of COOKIES)
    for (const path of ['/', '/events', '/nothing', ...PAGES.map((page) => page.path)])
      t.equal(
        (await ask(origin, { path, headers: { cookie: forged } })).status,
        401,
        `${forged} ${path}`,
      );
  const other = { cookie: COOKIES[2] ?? '' };
  for (const [what, headers, sent, status] of [
    ['no cookie', other, body, 401],
    ['another token', {}, body.replace(/csrf=[^&]*/, 'csrf=x'), 403],
    ['no token', {}, body.replace(/csrf=[^&]*&/, ''), 403],
    [
      'neither Origin nor Sec-Fetch-Site',
      { origin: undefined, 'sec-fetch-site': undefined },
      body,
      403,
    ],
    ['JSON', { 'content-type': 'application/json' }, '{"text":"yes"}', 415],
    ['plain text', { 'content-type': 'text/plain' }, body, 415],
    ['multipart', { 'content-type': 'multipart/form-data; boundary=x' }, body, 415],
    ['a form of 65 kB', {}, `${body}&more=${'x'.repeat(65 * 1024)}`, 413],
    [
      'a form of 65 kB in chunks',
      { 'transfer-encoding': 'chunked' },
      `${body}&more=${'x'.repeat(65 * 1024)}`,
      413,
    ],
    ['300 fields', {}, `${body}${'&a=b'.repeat(300)}`, 400],
  ] as const) {
    const all = Object.entries({ ...good, ...headers }).filter(([, value]) => value !== undefined);
    const answer = await ask(origin, {
      method: 'POST',
      path: '/act/answer',
      headers: Object.fromEntries(all) as Record<string, string>,
      body: sent,
    });
    t.equal(answer.status, status, `a form with ${what}`);
  }
  const visit = await ask(origin, {
    path: '/',
    headers: { 'sec-fetch-site': 'cross-site', ...navigates },
  });
  t.equal(visit.status, 200, 'a link in a message opens the dashboard');
  t.match(visit.body, /http-equiv="refresh"/, 'by a request of its own, which has the cookie');

  for (const method of ['PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'PROPFIND', 'POST'])
    for (const path of ['/', '/events', '/enter', '/assets/live.js'])
      t.equal(
        (await ask(origin, { method, path, headers: good })).status,
        405,
        `${method} ${path}`,
      );
  for (const method of ['GET', 'HEAD', 'PUT'])
    t.equal(
      (
        await ask(origin, {
          method,
          path: '/act/answer',
          headers: { ...good, 'x-http-method-override': 'POST' },
        })
      ).status,
      405,
    );
  const tricked = await ask(origin, {
    path: '/?_method=POST',
    headers: { cookie, 'x-http-method-override': 'DELETE' },
  });
  t.equal(tricked.status, 200, 'no header makes another method of it');
  const raw = [
    `GET / HTTP/1.1\r\nHost:\r\nCookie: ${cookie}\r\n\r\n`,
    `GET / HTTP/1.1\r\nCookie: ${cookie}\r\n\r\n`,
    `GET / HTTP/1.0\r\nCookie: ${cookie}\r\n\r\n`,
    `GET / HTTP/1.1\r\nHost: evil.example\r\nHost: ${own}\r\nCookie: ${cookie}\r\n\r\n`,
    `GET / HTTP/1.1\r\nHost: ${own}\r\nHost: evil.example\r\nCookie: ${cookie}\r\n\r\n`,
    `GET http://evil.example/ HTTP/1.1\r\nHost: ${own}\r\nCookie: ${cookie}\r\n\r\n`,
    `GET http://${own}/ HTTP/1.1\r\nHost: evil.example\r\nCookie: ${cookie}\r\n\r\n`,
    `CONNECT evil.example:80 HTTP/1.1\r\nHost: ${own}\r\nCookie: ${cookie}\r\n\r\n`,
    `PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n`,
    `POST /act/answer HTTP/1.1\r\nHost: ${own}\r\nCookie: ${cookie}\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n`,
    `GET / HTTP/1.1\r\nHost: ${own}\r\nCookie: ${'x'.repeat(20_000)}\r\n\r\n`,
    `\0\0\0\0`,
  ];
  for (const text of raw)
    t.notMatch(await rawly(origin, text), /^HTTP\/1.1 [23]/, text.slice(0, 60));
  t.equal((await owner.get('/')).status, 200, 'the server is up');
});
