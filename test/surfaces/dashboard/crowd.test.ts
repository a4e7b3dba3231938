/** Slow and many clients: the server stays up, and the owner's pages come. */
import { connect, type Socket } from 'node:net';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { OwnerClient } from '../../support/dashboard-client.js';
import { DashboardProcess } from '../../support/dashboard-process.js';
import { placeWithProject } from '../../passes/pass-workspace.js';

t.setTimeout(120_000);

const MOST_MB = 300;

type Client = { readonly socket: Socket; said: string; closed: boolean };

function client(origin: string, bytes: string): Promise<Client> {
  const { hostname, port } = new URL(origin);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname, () => socket.write(bytes));
    const made: Client = { socket, said: '', closed: false };
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      made.said += chunk;
      resolve(made);
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      made.closed = true;
      resolve(made);
    });
  });
}

function memoryMb(pid: number | undefined): number {
  const [, kilobytes = '0'] =
    /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) / 1024;
}

t.test('500 streams, readers that do not read, senders that do not send', async (t) => {
  const place = placeWithProject(t.testdir(), '');
  const server = await DashboardProcess.start(place);
  t.teardown(() => server.stop());
  const owner = await OwnerClient.enter(server.link);
  const { origin, cookie } = owner;
  const { host } = new URL(origin);
  const head = (line: string, more = ''): string =>
    `${line} HTTP/1.1\r\nHost: ${host}\r\nCookie: ${cookie}\r\n${more}`;

  const slow = [
    ...Array.from({ length: 50 }, () => client(origin, head('GET /'))),
    ...Array.from({ length: 50 }, () =>
      client(
        origin,
        head(
          'POST /act/answer',
          `Origin: ${origin}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\nid=`,
        ),
      ),
    ),
    ...Array.from({ length: 10 }, () => client(origin, 'G')),
  ];
  const streams = await Promise.all(
    Array.from({ length: 500 }, () => client(origin, head('GET /events', '\r\n'))),
  );
  const taken = streams.filter(({ said }) => said.startsWith('HTTP/1.1 200'));
  const refused = streams.filter(({ said }) => said.startsWith('HTTP/1.1 503'));
  t.equal(taken.length, 100, 'so many streams are open');
  t.equal(refused.length, 400, 'the others are told to come later');
  t.ok(refused.every(({ said }) => /retry-after: 30/i.test(said)));
  const unread = taken.slice(0, 50);
  for (const { socket } of unread) socket.pause();
  const started = Date.now();
  for (let change = 0; change < 30; change++) {
    writeFileSync(join(place.root, 'PROJECTS/pages/outputs.md'), `# ${change}\n`);
    t.equal((await owner.get('/')).status, 200);
  }
  t.ok(Date.now() - started < 30_000, 'pages come while 100 streams are open');
  t.comment(`30 pages in ${Date.now() - started} ms, ${Math.round(memoryMb(server.pid))} MB`);
  t.ok(memoryMb(server.pid) < MOST_MB, `${memoryMb(server.pid)} MB`);
  const heard = taken.slice(50).every(({ said }) => /event: version/.test(said));
  t.ok(heard, 'those who read hear of the changes');
  const ended = await Promise.all(slow);
  t.ok(
    ended.every(({ closed, said }) => closed || /^HTTP\/1.1 408/.test(said)),
    'who sends nothing is hung up on',
  );
  for (const { socket } of streams) socket.destroy();
  await server.stop('SIGTERM');
  t.pass('and it ends');
});

t.test('a version comes once to a page that shows another one, and after a restart', async (t) => {
  const place = placeWithProject(t.testdir(), '');
  const server = await DashboardProcess.start(place);
  t.teardown(() => server.stop());
  const owner = await OwnerClient.enter(server.link);
  const first = async (lastEventId: string): Promise<string> => {
    const { host } = new URL(owner.origin);
    const { said, socket } = await client(
      owner.origin,
      `GET /events HTTP/1.1\r\nHost: ${host}\r\nCookie: ${owner.cookie}\r\nLast-Event-ID: ${lastEventId}\r\n\r\n`,
    );
    const whole = await new Promise<string>((resolve) => {
      if (said.includes('event:')) return resolve(said);
      socket.once('data', (chunk) => resolve(said + String(chunk)));
    });
    socket.destroy();
    return /event: (\w+)/.exec(whole)?.[1] ?? whole;
  };
  const version = async (): Promise<string> =>
    /data-version="([^"]*)"/.exec((await owner.get('/')).body)?.[1] ?? '';
  const shown = await version();
  t.equal(await first(shown), 'beat', 'a page that is current hears that it is');
  t.equal(await first('0.0'), 'version', 'one that is not hears of the version');
  await server.stop();
  await server.startAgain();
  t.equal(await first(shown), 'version', 'after a restart every page is old');
});
