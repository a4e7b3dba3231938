/** Where the dashboard listens, as the options of a command say. */
import { isIP } from 'node:net';
import { createSecureContext } from 'node:tls';
import { resolve } from 'node:path';
import { defined } from '../../kernel/defined.js';
import { messageOf, NocturneError } from '../../kernel/error.js';
import { readFileSync } from '../../kernel/files.js';
import type { OptionSpec, Parsed } from '../../passes/added-command.js';
import { onFile } from '../../workspace/storage-error.js';
import { textOption } from './options.js';
import { portOf } from './port.js';
import type { Context } from './types.js';

/** The same at each start, so that a page finds the server again. */
export const DASHBOARD_PORT = 4170;
const LOOPBACK = '127.0.0.1';

export const DASHBOARD_OPTIONS: readonly OptionSpec[] = [
  { flags: '--port <port>', description: `the port (default: ${DASHBOARD_PORT}; 0: any free one)` },
  { flags: '--read-only', description: 'show everything, change nothing' },
  {
    flags: '--host <address>',
    description: 'listen there instead of on 127.0.0.1; needs a certificate or --insecure',
  },
  { flags: '--tls-cert <file>', description: 'serve HTTPS with this certificate (PEM)' },
  { flags: '--tls-key <file>', description: 'the key of the certificate (PEM)' },
  { flags: '--insecure', description: 'with --host: serve plain HTTP all the same' },
  { flags: '--url <url>', description: 'where your browser reaches it, through a proxy or a name' },
];
export const DASHBOARD: OptionSpec = {
  flags: '--dashboard',
  description: 'serve the dashboard as well; the options below are about it',
};
const WORDS = ['port', 'readOnly', 'host', 'tlsCert', 'tlsKey', 'insecure', 'url'];

type Options = Parsed['options'];

/** @throws NocturneError `USAGE` for options of the dashboard without `--dashboard`. */
export function asksForDashboard(options: Options): boolean {
  if (options['dashboard'] === true) return true;
  const word = WORDS.find((candidate) => options[candidate] !== undefined);
  if (word === undefined) return false;
  const flag = `--${word.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  throw new NocturneError('USAGE', `${flag} is about the dashboard, and needs --dashboard`, {
    hint: 'add --dashboard, or leave it out',
  });
}

/** @throws NocturneError `USAGE`, `CONFIG` for a certificate that cannot be used. */
export function dashboardPlace(context: Context, options: Options) {
  const host = textOption(options, 'host') ?? LOOPBACK;
  const tls = tlsOf(context, options);
  if (!isLoopback(host) && tls === undefined && options['insecure'] !== true)
    throw new NocturneError('USAGE', `--host ${host} would send your cookie in plain text`, {
      hint: 'give --tls-cert and --tls-key, or --insecure if the network is yours alone; docs/DASHBOARD.md has safer ways',
    });
  const port = options['port'] === undefined ? DASHBOARD_PORT : portOf(options['port']);
  return defined({ host, port, tls, url: urlOf(options) });
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

function urlOf(options: Options): URL | undefined {
  const text = textOption(options, 'url');
  if (text === undefined) return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url !== undefined && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`)
    return url;
  throw new NocturneError('USAGE', `--url cannot be ${text}`, {
    hint: 'give scheme and host alone, as in https://desk.example.ts.net',
  });
}

function tlsOf(context: Context, options: Options) {
  const [certPath, keyPath] = [textOption(options, 'tlsCert'), textOption(options, 'tlsKey')];
  if (certPath === undefined && keyPath === undefined) return undefined;
  if (certPath === undefined || keyPath === undefined)
    throw new NocturneError('USAGE', '--tls-cert and --tls-key go together', {
      hint: 'give both, as PEM files',
    });
  const read = (path: string): Buffer =>
    onFile(path, 'read', () => readFileSync(resolve(context.cwd, path)));
  const tls = { cert: read(certPath), key: read(keyPath) };
  try {
    createSecureContext(tls);
  } catch (cause) {
    throw new NocturneError('CONFIG', `the certificate cannot be used: ${messageOf(cause)}`, {
      file: certPath,
      hint: 'both files are PEM, and the key is that of the certificate',
      cause,
    });
  }
  return tls;
}
