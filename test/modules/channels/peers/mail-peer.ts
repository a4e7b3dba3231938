/** A mail server on loopback: takes e-mail by SMTP, and gives a mailbox by IMAP. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type ParsedMail, simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';
// @ts-expect-error it has no types
import hoodiecrow from 'hoodiecrow-imap';
import type { Fate } from './http-peer.js';

export type Mail = {
  readonly from: string;
  readonly subject: string;
  readonly text: string;
  readonly headers?: Readonly<Record<string, string>>;
};
export type MailPeer = {
  readonly smtp: string;
  readonly imap: string;
  readonly taken: ParsedMail[];
  fate: (mail: ParsedMail) => Fate['kind'];
  /** Puts e-mail into the mailbox of the channel. */
  arrive(...mails: readonly Mail[]): void;
  close(): Promise<void>;
};

type Imap = {
  listen(port: number, done: () => void): void;
  close(done: () => void): void;
  appendMessage(box: string, flags: readonly string[], date: Date, raw: string): void;
  readonly server: { address(): AddressInfo };
};

export async function mailPeer(): Promise<MailPeer> {
  const taken: ParsedMail[] = [];
  const imap = hoodiecrow({
    plugins: ['ID', 'UIDPLUS'],
    users: { bot: { password: 'letters-of-the-bot' } },
    storage: { INBOX: { messages: [] } },
  }) as Imap;
  await new Promise<void>((resolve) => imap.listen(0, resolve));
  const peer: MailPeer = {
    smtp: '',
    imap: `imap://bot@127.0.0.1:${imap.server.address().port}`,
    taken,
    fate: () => 'take',
    arrive(...mails) {
      for (const mail of mails) imap.appendMessage('INBOX', [], new Date(0), rawOf(mail));
    },
    async close() {
      smtp.close();
      await new Promise<void>((resolve) => imap.close(resolve));
    },
  };
  const smtp = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    allowInsecureAuth: true,
    logger: false,
    onAuth: ({ username, password }, _session, done) =>
      username === 'bot' && password === 'letters-of-the-bot'
        ? done(null, { user: 'bot' })
        : done(new Error('wrong password')),
    onData(stream, session, done) {
      simpleParser(stream).then((mail) => {
        const fate = peer.fate(mail);
        if (fate === 'take' || fate === 'lost') taken.push(mail);
        if (fate === 'take') return done();
        if (fate === 'answer') return done(Object.assign(new Error('no'), { responseCode: 550 }));
        const { connections } = smtp as unknown as {
          readonly connections: Iterable<{ id: string; _socket: { destroy(): void } }>;
        };
        for (const connection of connections)
          if (connection.id === session.id) connection._socket.destroy();
      }, done);
    },
  });
  smtp.on('error', () => undefined);
  const server = smtp.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return Object.assign(peer, { smtp: `smtp://bot@127.0.0.1:${port}` });
}

function rawOf({ from, subject, text, headers = {} }: Mail): string {
  const lines = Object.entries({
    From: from,
    To: 'bot@example.org',
    Subject: subject,
    'Content-Type': 'text/plain; charset=utf-8',
    ...headers,
  }).map(([name, value]) => `${name}: ${value}`);
  return [...lines, '', text.replaceAll('\n', '\r\n')].join('\r\n');
}
