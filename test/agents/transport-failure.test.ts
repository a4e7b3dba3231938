/** Whatever keeps an endpoint from being reached: one sentence, with its address and a remedy. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { join } from 'node:path';
import t from 'tap';
import { chatRunner } from '../../src/agents/chat-runner.js';
import { transportFailure } from '../../src/agents/transport-failure.js';
import { commandSpec, sampleInput } from './sample-run.js';

async function listen(t: Tap.Test, server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  return (server.address() as AddressInfo).port;
}
declare namespace Tap {
  type Test = { teardown(action: () => unknown): unknown };
}
const saying = (t: Tap.Test, say: (socket: Socket) => void): Promise<number> =>
  listen(
    t,
    createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => say(socket));
    }),
  );

async function ask(endpoint: string, requestMs = 3000) {
  const spec = { ...commandSpec(), kind: 'chat', program: '', args: [], endpoint };
  const runner = chatRunner({
    host: {},
    wait: () => Promise.resolve(),
    random: () => 0.5,
    limits: { maxAttempts: 2, requestMs },
  });
  return runner.run(sampleInput({ spec, cwd: '/nowhere' }));
}

function selfSigned(folder: string): { readonly key: Buffer; readonly cert: Buffer } | undefined {
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const words =
    'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost';
  try {
    execFileSync('openssl', [...words.split(' '), '-keyout', key, '-out', cert], {
      stdio: 'ignore',
    });
  } catch {
    return undefined;
  }
  return { key: readFileSync(key), cert: readFileSync(cert) };
}

t.test('real sockets: each failure is told apart', async (t) => {
  const closed = createServer();
  const port = await listen(t, closed);
  await new Promise((resolve) => closed.close(resolve));
  const http = await saying(t, (socket) =>
    socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}'),
  );
  const cases: (readonly [name: string, endpoint: string, failure: string, detail: RegExp])[] = [
    [
      'refused',
      `http://127.0.0.1:${port}/v1`,
      'transient',
      /^The endpoint http:\/\/127\.0\.0\.1:\d+\/v1 refused the connection: no server listens there \(ECONNREFUSED\)\. Start the server, or correct the endpoint in .*RUNNERS\.md\. \(2 attempts\)$/,
    ],
    [
      'no such name',
      'http://no-such-host.invalid/v1',
      'transient',
      /^The endpoint http:\/\/no-such-host\.invalid\/v1 has a name that (?:does not exist|could not be looked up) \((?:ENOTFOUND|EAI_AGAIN)\)\. (?:Correct|Check)/,
    ],
    [
      'reset',
      `http://127.0.0.1:${await saying(t, (socket) => socket.resetAndDestroy())}/v1`,
      'transient',
      /closed the connection before it answered \((?:ECONNRESET|UND_ERR_SOCKET)\)\. The log of the server/,
    ],
    [
      'closed',
      `http://127.0.0.1:${await saying(t, (socket) => socket.end())}/v1`,
      'transient',
      /closed the connection before it answered/,
    ],
    [
      'closed in the middle of an answer',
      `http://127.0.0.1:${await saying(t, (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{"id"'))}/v1`,
      'transient',
      /closed the connection before it answered/,
    ],
    [
      'not HTTP',
      `http://127.0.0.1:${await saying(t, (socket) => socket.end('SSH-2.0-OpenSSH_9.6\r\n'))}/v1`,
      'crashed',
      /answered with something that is not HTTP \((?:HPE_\w+|HTTPParserError)\)\. Another program/,
    ],
    [
      'no TLS',
      `https://127.0.0.1:${http}/v1`,
      'crashed',
      /does not speak TLS there \(\w+\)\. Write http:\/\/ instead of https:\/\//,
    ],
    [
      'silence',
      `http://127.0.0.1:${await saying(t, () => undefined)}/v1`,
      'transient',
      /^The endpoint http:\/\/127\.0\.0\.1:\d+\/v1 did not answer within 80 ms\. See what/,
    ],
    [
      'a proxy that wants a login',
      `http://127.0.0.1:${await saying(t, (socket) => socket.end('HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n'))}/v1`,
      'transient',
      /was not reached, and no reason was given; a proxy may want a login\. Check/,
    ],
  ];
  const secret = selfSigned(t.testdir());
  if (secret !== undefined) {
    const tls = createTlsServer(secret, (socket) => socket.end());
    tls.on('tlsClientError', () => undefined);
    cases.push([
      'a certificate of its own',
      `https://127.0.0.1:${await listen(t, tls)}/v1`,
      'crashed',
      /has a certificate that nobody known has signed \(DEPTH_ZERO_SELF_SIGNED_CERT\)\. Renew it, or .*NODE_EXTRA_CA_CERTS/,
    ]);
  }
  for (const [name, endpoint, failure, detail] of cases) {
    const outcome = await ask(endpoint, name === 'silence' ? 80 : 3000);
    t.match(outcome, { kind: 'failed', failure, detail }, name);
    t.notMatch(outcome.detail, /fetch failed|Connection error|\.:|\.\./, name);
  }
});

t.test('those that no test can make here, by their codes', async (t) => {
  const failed = (code: string) =>
    new Error('Connection error.', {
      cause: new TypeError('fetch failed', {
        cause: new AggregateError([Object.assign(new Error(code), { code })]),
      }),
    });
  const cases: readonly (readonly [code: string, retry: boolean, detail: RegExp])[] = [
    ['ETIMEDOUT', true, /did not accept the connection in time .*uses no proxy/],
    ['UND_ERR_CONNECT_TIMEOUT', true, /did not accept/],
    ['EHOSTUNREACH', true, /is not reachable from here/],
    ['ENETUNREACH', true, /is not reachable/],
    ['EAI_AGAIN', true, /could not be looked up/],
    ['CERT_HAS_EXPIRED', false, /not valid now .*check the clock/],
    ['ERR_TLS_CERT_ALTNAME_INVALID', false, /a certificate for another name/],
    ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', false, /nobody known has signed/],
    ['E_NEW', true, /was not reached: E_NEW\. Check the network/],
  ];
  for (const [code, retry, detail] of cases)
    t.match(transportFailure(failed(code), 'https://me:secret@h.example/v1/'), {
      retry,
      detail: new RegExp(`^The endpoint https://h\\.example/v1 .*${detail.source}`),
    });
  const unparsed = Object.assign(new Error('Expected HTTP/'), { name: 'HTTPParserError' });
  t.match(transportFailure(new TypeError('fetch failed', { cause: unparsed }), 'http://h/v1'), {
    retry: false,
    detail: /is not HTTP \(HTTPParserError\)/,
  });
});
