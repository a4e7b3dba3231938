import { request } from 'node:http';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { toolsOf } from '../../../src/tools/tools.js';
import { fieldText } from '../../../src/project/field-text.js';
import { readJson } from '../../../src/workspace/state-home.js';
import { placeWithProject } from '../../passes/pass-workspace.js';
import {
  beginPass,
  call,
  connectHttp,
  ENTRIES,
  type HttpServer,
  nocturne,
  PAGE,
  read,
  startHttp,
} from './mcp-place.js';

t.setTimeout(240_000);

const INITIALIZE = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: {
    protocolVersion: '2025-06-18',
    capabilities: {},
    clientInfo: { name: 'raw', version: '0' },
  },
});

type Raw = {
  readonly status: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, unknown>>;
};

/** `fetch` sets Host and Origin itself; this sends what it is told. */
function post(
  server: HttpServer,
  at: {
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: string;
    readonly path?: string;
    readonly without?: readonly string[];
  },
): Promise<Raw> {
  const headers: Record<string, string> = {
    authorization: `Bearer ${server.token}`,
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    ...at.headers,
  };
  for (const name of at.without ?? []) delete headers[name];
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: '127.0.0.1', port: server.port, path: at.path ?? '/mcp', method: 'POST', headers },
      (response) => {
        let body = '';
        response.on('data', (chunk: Buffer) => {
          body += chunk.toString();
        });
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, body, headers: response.headers }),
        );
      },
    );
    sent.on('error', reject);
    sent.end(at.body ?? INITIALIZE);
  });
}

t.test(
  'over HTTP the pass token of a request decides what it may do, and twenty writes at once all land',
  async (t) => {
    const place = placeWithProject(t.testdir(), '');
    const server = await startHttp(place);
    t.teardown(() => server.end());
    const { token, runId } = beginPass(place);
    const [reader, writer, other] = await Promise.all([
      connectHttp(server),
      connectHttp(server, { 'Nocturne-Pass-Token': token }),
      connectHttp(server, { 'Nocturne-Pass-Token': token }),
    ]);
    t.match((await call(reader, 'write', { path: PAGE, content: ENTRIES })).error, {
      code: 'REFUSED',
      message: /no-token/,
    });
    const names = Array.from({ length: 20 }, (_, i) => `PROJECTS/pages/outputs/page-${i}.md`);
    const answers = await Promise.all(
      names.map((path, i) =>
        call(i % 2 === 0 ? writer : other, 'write', { path, content: `# Page ${i}\n` }),
      ),
    );
    t.same(
      answers.filter((one) => one.failed),
      [],
    );
    for (const [i, path] of names.entries()) t.equal(read(place, path), `# Page ${i}\n`);
    const rows = place.workspace
      .snapshot()
      .records('CHANGE')
      .filter((row) => fieldText(row, 'run_id') === runId)
      .map((row) => fieldText(row, 'address'))
      .filter((address) => names.includes(address));
    t.same(rows.sort(), [...names].sort(), 'one row each in the change log');
    const edits = await Promise.all(
      Array.from({ length: 10 }, (_, i) =>
        call(i % 2 === 0 ? writer : other, 'edit', {
          path: names[0] ?? '',
          old_text: '# Page 0\n',
          new_text: `# Page 0\n\nline ${i}\n`,
        }),
      ),
    );
    t.same(
      edits.filter((one) => one.failed),
      [],
    );
    t.equal(
      read(place, names[0] ?? '').match(/^line \d$/gm)?.length,
      10,
      'and ten edits of one file lose nothing of each other',
    );
    t.equal(nocturne(place, ['gate']).exit, 0);
    await Promise.all([reader, writer, other].map((client) => client.close()));
  },
);

t.test('a request that is not for this server is turned away before it is read', async (t) => {
  const place = placeWithProject(t.testdir(), '');
  const server = await startHttp(place);
  t.teardown(() => server.end());
  const cases: readonly (readonly [string, Parameters<typeof post>[1], number, RegExp])[] = [
    ['no token', { without: ['authorization'] }, 401, /token is missing/],
    ['another token', { headers: { authorization: 'Bearer guess' } }, 401, /token is wrong/],
    [
      'another kind of authorisation',
      { headers: { authorization: `Basic ${server.token}` } },
      401,
      /token is missing/,
    ],
    [
      'a Host that was rebound',
      { headers: { host: `evil.example:${server.port}` } },
      403,
      /the Host .*evil\.example/,
    ],
    ['a Host with another port', { headers: { host: '127.0.0.1:1' } }, 403, /Host/],
    ['a foreign Origin', { headers: { origin: 'https://evil.example' } }, 403, /Origin/],
    ['the Origin null', { headers: { origin: 'null' } }, 403, /Origin/],
    ['another path', { path: '/' }, 404, /endpoint is \/mcp/],
    [
      'a session that never was',
      { headers: { 'mcp-session-id': 'guess' } },
      404,
      /no such session/,
    ],
    [
      'a body that is too large',
      {
        body: JSON.stringify({
          jsonrpc: '2.0',
          id: 1,
          method: 'initialize',
          params: { x: 'x'.repeat(5 * 1024 * 1024) },
        }),
      },
      413,
      /./,
    ],
  ];
  for (const [that, at, status, body] of cases) {
    const answer = await post(server, at);
    t.equal(answer.status, status, that);
    t.match(answer.body, body, that);
    t.notMatch(answer.body, server.token, 'the token is not told');
  }
  t.equal(
    (await post(server, { without: ['authorization'] })).headers['www-authenticate'],
    'Bearer',
  );
  t.equal(
    (
      await post(server, {
        headers: { origin: `http://localhost:${server.port}`, host: `localhost:${server.port}` },
      })
    ).status,
    200,
    'its own pages are answered',
  );
});

t.test("one server a workspace; its file is the owner's alone and goes with it", async (t) => {
  const place = placeWithProject(t.testdir(), '');
  const server = await startHttp(place);
  const file = join(place.workspace.state, 'mcp-http.json');
  t.equal(statSync(file).mode & 0o777, 0o600);
  t.match(readJson(file), { url: server.url, token: server.token });
  const second = nocturne(place, ['mcp', '--http']);
  t.equal(second.exit, 4);
  t.match(second.stderr, /LOCKED: process \d+ already serves this workspace/);
  const client = await connectHttp(server);
  t.equal(await server.end(), 0, 'it ends in order although a client is connected');
  t.throws(() => statSync(file));
  await client.close();
  const secret = 'a-token-of-the-owner-that-stays-the-same';
  const again = await startHttp(place, { env: { NOCTURNE_MCP_TOKEN: secret } });
  t.notMatch(again.said(), secret, 'a token that was given is not printed');
  const known = await connectHttp({ ...again, token: secret });
  t.equal((await known.listTools()).tools.length, toolsOf('mcp').length + 4);
  await known.close();
  await again.end();
  t.match(nocturne(place, ['mcp', '--http'], { env: { NOCTURNE_MCP_TOKEN: 'short' } }), {
    exit: 2,
    stderr: /NOCTURNE_MCP_TOKEN is not a token/,
  });
  t.equal(nocturne(place, ['mcp', '--port', '1']).exit, 2);
});
