/** E-mail in: fetches what is new in the mailbox. Its sender proves nothing; its code does. */
import { ImapFlow } from 'imapflow';
import { type ParsedMail, simpleParser } from 'mailparser';
import { NocturneError } from '../../../kernel/error.js';
import { causeCode, failureText } from './http-post.js';
import type { Incoming, Listening } from './connection.js';
import type { MailServer } from './email-server.js';
import { aboveQuotation } from '../answers/above-quotation.js';

const MAILBOX = 'INBOX';
/** A larger e-mail is not read. */
const MOST_BYTES = 1024 * 1024;
/** At the first look into a mailbox. */
const MOST_OLD = 200;
const FORWARD = /^(?:fwd?|wg|tr|rv|enc|i|doorst|转发|轉寄|転送)$/iu;
const SUBJECT_CODE = /\[([2-9A-HJ-NP-Z]{16})\]/;

export async function fetchMail(
  server: MailServer,
  password: string,
  { take, cursor, keepCursor, connected, signal }: Listening,
): Promise<void> {
  const client = new ImapFlow({
    host: server.host,
    port: server.port,
    secure: server.secure,
    ...(server.secure || server.local ? {} : { doSTARTTLS: true }),
    auth: { user: server.user, pass: password },
    logger: false,
    disableAutoIdle: true,
  });
  client.on('error', () => undefined);
  const stop = (): void => client.close();
  signal.addEventListener('abort', stop, { once: true });
  try {
    await client.connect();
    const box = await client.mailboxOpen(MAILBOX, { readOnly: true });
    connected();
    const [validity = '', last = '0'] = cursor.split(':');
    const known = validity === String(box.uidValidity) ? Number(last) : 0;
    const from = known > 0 ? known + 1 : Math.max(1, box.uidNext - MOST_OLD);
    if (box.exists === 0 || from >= box.uidNext) return;
    const sizes: { readonly uid: number; readonly size: number }[] = [];
    for await (const { uid, size = 0 } of client.fetch(
      `${from}:*`,
      { uid: true, size: true },
      { uid: true },
    ))
      if (uid >= from) sizes.push({ uid, size });
    for (const { uid, size } of sizes.sort((a, b) => a.uid - b.uid)) {
      if (signal.aborted) return;
      const message = `${box.uidValidity}:${uid}`;
      const mail =
        size <= MOST_BYTES &&
        (await client.fetchOne(String(uid), { uid: true, source: true }, { uid: true }));
      const parsed = mail === false ? undefined : await parsedMail(mail.source);
      if (parsed !== undefined) await take(incomingOf(parsed, message));
      keepCursor(message);
    }
  } catch (error) {
    throw new NocturneError('RUN_FAILED', `the mailbox cannot be read: ${reasonOf(error)}`);
  } finally {
    signal.removeEventListener('abort', stop);
    client.close();
  }
}

/** Nothing for what cannot be parsed: anybody sends e-mail, and the next one is still read. */
function parsedMail(source: Buffer | undefined): Promise<ParsedMail | undefined> {
  return source === undefined
    ? Promise.resolve(undefined)
    : simpleParser(source).catch(() => undefined);
}

function reasonOf(error: unknown): string {
  return (error as { authenticationFailed?: boolean }).authenticationFailed === true
    ? 'the login was refused'
    : failureText(causeCode(error));
}

function incomingOf(mail: ParsedMail, message: string): Incoming {
  const senders = mail.from?.value ?? [];
  const sender = senders.length === 1 ? (senders[0]?.address ?? '').toLowerCase() : '';
  const subject = mail.subject ?? '';
  const code = SUBJECT_CODE.exec(subject)?.[1];
  const flaw = flawOf(mail, subject);
  return {
    message,
    sender,
    text: aboveQuotation(mail.text ?? ''),
    ...(code === undefined ? {} : { code }),
    ...(flaw === undefined ? {} : { flaw }),
  };
}

function flawOf(mail: ParsedMail, subject: string): Incoming['flaw'] {
  const header = (name: string): string => String(mail.headers.get(name) ?? '').toLowerCase();
  const submitted = header('auto-submitted');
  if (submitted !== '' && submitted !== 'no') return 'automatic';
  if (/^(?:bulk|junk|list|auto_reply)$/.test(header('precedence'))) return 'automatic';
  if (mail.headers.has('x-autoreply') || mail.headers.has('x-autorespond')) return 'automatic';
  return isForward(subject) || mail.headers.has('resent-from') ? 'forwarded' : undefined;
}

/** By any of the words that programs put before a subject: `Re: Fwd: Nocturne: …`. */
function isForward(subject: string): boolean {
  const parts = subject.split(/[:：]/).map((part) => part.replace(/[\s\d()[\]]+/g, ''));
  const own = parts.indexOf('Nocturne');
  return parts.slice(0, own === -1 ? -1 : own).some((part) => FORWARD.test(part));
}
