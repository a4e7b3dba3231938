/** `smtps://user@host:465`, `imaps://user@host`: a mail server as CHANNELS.md names it. */
import { NocturneError } from '../../../kernel/error.js';
import { isLoopback } from '../destination.js';

export type MailServer = {
  readonly host: string;
  readonly port: number;
  readonly secure: boolean;
  readonly user: string;
  /** Only this machine hears it, so that nothing needs to be encrypted. */
  readonly local: boolean;
};

const PORTS: Readonly<Record<string, number>> = { smtps: 465, smtp: 587, imaps: 993, imap: 143 };

/** @throws NocturneError `CONFIG`. */
export function mailServer(text: string, protocol: 'smtp' | 'imap'): MailServer {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const scheme = url?.protocol.slice(0, -1) ?? '';
  if (url === undefined || (scheme !== protocol && scheme !== `${protocol}s`))
    throw new NocturneError(
      'CONFIG',
      `the address of the mail server is not one such as ${protocol}s://user@host`,
    );
  if (url.password !== '')
    throw new NocturneError('CONFIG', 'the address of the mail server contains a password', {
      hint: 'the password is in an environment variable or in a file: the field Secret says where',
    });
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? (PORTS[scheme] ?? 0) : Number(url.port),
    secure: scheme.endsWith('s'),
    user: decodeURIComponent(url.username),
    local: isLoopback(`http://${url.hostname}/`),
  };
}
