/** Where the dashboard listens, who may know, and the dashboard among the services. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { ask } from '../../support/dashboard-client.js';
import { dashboardHere } from '../../support/dashboard-here.js';
import { DashboardProcess } from '../../support/dashboard-process.js';
import { makeWorkspace } from '../../support/make-workspace.js';
import { callForText } from '../cli/run-cli.js';

t.setTimeout(120_000);

const PROGRAM = fileURLToPath(new URL('../../../../bin/nocturne.cjs', import.meta.url));

t.test('it listens where nobody else can read, or says why not', async (t) => {
  const place = makeWorkspace(t.testdir());
  const server = await DashboardProcess.start(place);
  t.teardown(() => server.stop());
  const { port } = new URL(server.origin);
  const CASES: readonly (readonly [words: readonly string[], says: RegExp])[] = [
    [['--host', '0.0.0.0'], /would send your cookie in plain text[^]*--tls-cert/],
    [['--host', '192.168.1.20'], /plain text/],
    [['--tls-cert', 'cert.pem'], /go together/],
    [['--tls-cert', 'none.pem', '--tls-key', 'none.pem'], /none\.pem/],
    [['--tls-cert', 'REGISTRY.md', '--tls-key', 'REGISTRY.md'], /certificate cannot be used/],
    [['--url', 'desk.example'], /--url cannot be/],
    [['--url', 'https://desk.example/path'], /--url cannot be/],
    [['--port', '99999'], /--port cannot be/],
    [['--port', port], /is already running, at http:\/\/127\.0\.0\.1:\d+ \(process \d+\)/],
  ];
  for (const [words, says] of CASES) {
    const { exit, text } = await callForText(place, ['dashboard', ...words]);
    t.equal(exit === 0 ? 'started' : 'refused', 'refused', words.join(' '));
    t.match(text, says);
  }
  const other = makeWorkspace(join(place.root, '..', 'other'));
  t.match(await callForText(other, ['dashboard', '--port', port]), {
    text: /another program has it/,
  });
  t.match(await callForText(place, ['serve', '--read-only']), { text: /needs --dashboard/ });
});

t.test('HTTPS, and a name that a proxy gives it', async (t) => {
  const place = makeWorkspace(t.testdir());
  const [cert, key] = [join(place.home, 'cert.pem'), join(place.home, 'key.pem')];
  const made = spawnSync('openssl', [
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-nodes',
    '-days',
    '2',
    '-subj',
    '/CN=localhost',
    '-keyout',
    key,
    '-out',
    cert,
  ]);
  if (made.status === 0) {
    const tls = { cert: readFileSync(cert), key: readFileSync(key) };
    const server = await dashboardHere(place, { place: { host: '127.0.0.1', port: 0, tls } });
    const cookie = await new Promise<string>((resolve, reject) => {
      request(server.link, { rejectUnauthorized: false, agent: false }, (response) => {
        response.resume();
        resolve(String(response.headers['set-cookie']));
      })
        .on('error', reject)
        .end();
    });
    t.match(
      cookie,
      /^__Host-nocturne_[0-9a-f]+=[^;]+;.*Secure/,
      'the cookie never goes over plain HTTP',
    );
    await server.end();
  }
  const url = new URL('https://desk.example.ts.net');
  const port = await freePort();
  const server = await dashboardHere(place, { place: { host: '127.0.0.1', port, url } });
  const link = new URL(server.link);
  t.equal(link.origin, url.origin, 'the link is to the name');
  const path = `${link.pathname}${link.search}`;
  const here = `http://127.0.0.1:${port}`;
  t.equal((await ask(here, { path, headers: { host: 'other.example' } })).status, 403);
  const wrong = { host: url.host, origin: `http://${url.host}` };
  t.equal((await ask(here, { path, headers: wrong })).status, 403, 'its scheme is HTTPS');
  const entered = await ask(here, { path, headers: { host: url.host, origin: url.origin } });
  t.equal(entered.status, 303);
  t.match(String(entered.headers['set-cookie']), /^__Host-.*Secure/);
  await server.end();
});

t.test('a name may be an address of a machine in between, of either version', async (t) => {
  const place = makeWorkspace(t.testdir());
  for (const url of ['https://[fd7a::1]', 'https://100.64.0.1']) {
    const port = await freePort();
    const at = { host: '127.0.0.1', port, url: new URL(url) };
    const server = await dashboardHere(place, { place: at });
    const { pathname, search } = new URL(server.link);
    const headers = { host: new URL(url).host, origin: url };
    const entered = await ask(`http://127.0.0.1:${port}`, {
      path: `${pathname}${search}`,
      headers,
    });
    t.equal(entered.status, 303, url);
    await server.end();
  }
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

t.test('nocturne serve has the dashboard among its services', async (t) => {
  const place = makeWorkspace(t.testdir());
  const words = ['serve', '--dashboard', '--port', '0', '--workspace', place.root];
  const child = spawn(process.execPath, [PROGRAM, ...words], {
    env: { ...process.env, NOCTURNE_HOME: place.home },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  t.teardown(() => child.kill('SIGKILL'));
  let said = '';
  const link = await new Promise<string>((resolve) => {
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      said += chunk;
      const [found] = /http:\S+token=\S+/.exec(said) ?? [];
      if (found !== undefined) resolve(found);
    });
  });
  const { origin, pathname, search } = new URL(link);
  t.equal((await ask(origin, { path: `${pathname}${search}` })).status, 303);
  const status = await callForText(place, ['status']);
  t.match(status.text, /Service dashboard runs since/);
  t.match(status.text, `The dashboard is at ${origin}`);
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  t.match(await ended, [0], 'and ends with them');
  t.notMatch((await callForText(place, ['status'])).text, /dashboard/i);
});
