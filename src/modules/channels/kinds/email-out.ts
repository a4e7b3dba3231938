/** E-mail out: one e-mail for each message, with its code in the subject. */
import nodemailer from 'nodemailer';
import type { Channel } from '../owner-channel.js';
import type { Outgoing, Sent } from './connection.js';
import { causeCode, failureText } from './http-post.js';
import type { MailServer } from './email-server.js';

const PATIENCE_MS = 20_000;

export type Mailer = {
  send(message: Outgoing, headers?: Readonly<Record<string, string>>): Promise<Sent>;
  close(): void;
};

export function mailer(channel: Channel, server: MailServer, password: string): Mailer {
  const { host, port, secure, user, local } = server;
  const transport = nodemailer.createTransport({
    host,
    port,
    secure,
    pool: true,
    maxConnections: 1,
    maxMessages: Number.POSITIVE_INFINITY,
    requireTLS: !secure && !local,
    ignoreTLS: !secure && local,
    connectionTimeout: PATIENCE_MS,
    greetingTimeout: PATIENCE_MS,
    socketTimeout: PATIENCE_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
    ...(user === '' ? {} : { auth: { user, pass: password } }),
  });
  const from = channel.from === '' ? user : channel.from;
  return {
    async send({ id, title, text, code, time }, headers = {}) {
      const messageId = `<${id}.${channel.name}@${from.split('@').at(-1) ?? 'localhost'}>`;
      try {
        await transport.sendMail({
          from: { name: 'Nocturne', address: from },
          to: channel.to,
          subject: `Nocturne: ${title}${code === undefined ? '' : ` [${code}]`}`,
          text,
          messageId,
          date: new Date(time),
          headers: { 'Auto-Submitted': 'auto-generated', ...headers },
        });
        return { kind: 'sent', message: messageId };
      } catch (error) {
        return failedMail(error);
      }
    },
    close: () => transport.close(),
  };
}

/** Answers of 5xx to the recipient or the content are final; those to the login are not. */
function failedMail(error: unknown): Sent {
  const { responseCode, command } = error as { responseCode?: number; command?: string };
  const code = causeCode(error);
  if (responseCode !== undefined) {
    const why = `the mail server answered ${responseCode}`;
    const isFinal = responseCode >= 500 && code !== 'EAUTH' && command !== 'CONN';
    return isFinal ? { kind: 'refused', why } : { kind: 'failed', why };
  }
  // After DATA, the server may have taken it before the connection broke.
  const mayHaveArrived = command === 'DATA' || (code !== 'ECONNREFUSED' && command !== 'CONN');
  return { kind: 'failed', why: failureText(code), mayHaveArrived };
}
