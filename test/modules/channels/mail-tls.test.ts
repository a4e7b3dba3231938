/** E-mail by TLS: a server whose certificate is trusted, and one whose is not. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { createServer } from 'node:tls';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import {
  createAuthority,
  issueCertificate,
} from '../../../src/modules/mesh/server/certificates.js';
import { mailPlace, type Post } from './mail-place.js';

const BIN = fileURLToPath(new URL('../../../../bin/nocturne.cjs', import.meta.url));

type TlsPost = Post & {
  /** The file with the certificate of the authority. */
  readonly authority: string;
};

/** @param options.server that takes e-mail: by TLS unless it is `plain`. */
async function tlsPlace(t: Test, { server = 'tls' as 'tls' | 'plain' } = {}): Promise<TlsPost> {
  const authority = await createAuthority('mail', new Date());
  const certificate = await issueCertificate(authority, { hosts: [], now: new Date() });
  const over = async (scheme: string, plain: string): Promise<string> =>
    `${scheme}://bot@127.0.0.1:${await encrypted(t, plain, certificate)}`;
  const post = await mailPlace(t, async ({ smtp, imap }) => ({
    smtp: server === 'plain' ? smtp : await over('smtps', smtp),
    imap: await over('imaps', imap),
  }));
  const file = join(post.place.home, 'authority.pem');
  writeFileSync(file, authority.cert);
  return { ...post, authority: file };
}

/** The port of a TLS server in front of that one. */
async function encrypted(
  t: Test,
  plain: string,
  certificate: { readonly cert: string; readonly key: string },
): Promise<number> {
  const server = createServer(certificate, (socket) => {
    const behind = connect(Number(new URL(plain).port), '127.0.0.1');
    for (const each of [socket, behind]) each.on('error', () => undefined);
    socket.pipe(behind).pipe(socket);
  });
  server.on('tlsClientError', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  return (server.address() as AddressInfo).port;
}

/** `channels test mail` in a process that trusts these authorities besides those of Node. */
async function tested({ place }: TlsPost, authorities: string) {
  const child = spawn(process.execPath, [BIN, 'channels', 'test', 'mail'], {
    cwd: place.root,
    env: {
      ...process.env,
      ...place.env,
      NOCTURNE_HOME: place.home,
      NODE_EXTRA_CA_CERTS: authorities,
    },
  });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { exit: child.exitCode ?? (await once(child, 'close'))[0], stdout, stderr };
}

t.test('a server with a trusted certificate takes e-mail, and its mailbox is read', async (t) => {
  const tls = await tlsPlace(t);
  const { exit, stdout, stderr } = await tested(tls, tls.authority);
  t.equal(exit, 0, stderr);
  t.match(stdout, /Sent a test message on mail\. Answers can be read\./);
  t.equal(tls.peer.taken.length, 1);
});

t.test('nothing is sent to a server whose certificate nobody vouches for', async (t) => {
  const tls = await tlsPlace(t);
  const { exit, stderr } = await tested(tls, '');
  t.equal(exit, 1);
  t.match(stderr, /mail did not take it: its certificate is not trusted/);
  t.equal(tls.peer.taken.length, 0);
});

t.test('nor is a mailbox read there', async (t) => {
  const { exit, stdout } = await tested(await tlsPlace(t, { server: 'plain' }), '');
  t.equal(exit, 1);
  t.match(stdout, /Answers cannot be read: the mailbox cannot be read: its certificate is not/);
});
