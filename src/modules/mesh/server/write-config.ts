/** Keeps nats.conf as the roster and the open invitations want it. */
import { X509Certificate } from 'node:crypto';
import type { Clock } from '../../../kernel/clock.js';
import { defined } from '../../../kernel/defined.js';
import { NocturneError } from '../../../kernel/error.js';
import { sha256 } from '../../../kernel/hash.js';
import { makeDirectory, writeFileDurably } from '../../../workspace/durable.js';
import { readTextIfThere } from '../../../workspace/read-if-there.js';
import { openInvites } from '../join/invites.js';
import { keptRoster } from '../roster.js';
import {
  certificatePaths,
  configPath,
  type Lead,
  readAdmin,
  readAuthority,
  readLead,
  serverDirectory,
  storePath,
} from './lead-files.js';
import { serverConfig } from './server-config.js';

/** Of JetStream; a full store refuses, it never forgets. */
const LIMITS = { memory: '64MB', disk: '8GB' } as const;

export type WantedConfig = { readonly text: string; readonly hash: string };

/**
 * @param version of the program. The hash is of what the mesh wants, whatever the program can do.
 * @throws NocturneError `CONFIG` if a file of the lead is missing.
 */
export function wantedConfig(state: string, now: Date, version?: string): WantedConfig {
  const [lead, admin, roster] = [readLead(state), readAdmin(state), keptRoster(state)];
  if (lead === undefined || admin === undefined || roster === undefined)
    throw new NocturneError('CONFIG', `${serverDirectory(state)} is not complete`, {
      hint: 'restore it from a backup, or begin again: nocturne mesh init',
    });
  const place = {
    host: lead.listen,
    port: lead.port,
    store: storePath(state),
    admin: admin.login,
    limits: LIMITS,
    invites: openInvites(state, now),
  };
  const tls = lead.tls ? { tls: certificatePaths(state) } : {};
  const hash = sha256(`${serverConfig({ ...place, ...tls }, roster)}${certificateText(state)}`);
  return { text: serverConfig({ ...place, ...tls, ...defined({ version }) }, roster), hash };
}

/** Returns whether it was another one before. */
export function writeConfig(state: string, text: string): boolean {
  if (readTextIfThere(configPath(state)) === text) return false;
  makeDirectory(serverDirectory(state), 0o700);
  writeFileDurably(configPath(state), text, { mode: 0o600 });
  return true;
}

/** The certificate, made again if it ends soon, is for another name, or is of another authority. */
export async function ensureCertificate(state: string, lead: Lead, clock: Clock): Promise<void> {
  if (!lead.tls) return;
  const authority = readAuthority(state);
  if (authority === undefined)
    throw new NocturneError(
      'CONFIG',
      `the authority of the mesh is not in ${serverDirectory(state)}`,
      {
        hint: 'restore authority.json from a backup: without it no node trusts the server',
      },
    );
  const { isOutdated, issueCertificate } = await import('./certificates.js');
  const now = clock.now();
  const before = certificateText(state);
  if (
    before !== '' &&
    !isOutdated(before, lead.host, now) &&
    new X509Certificate(before).checkIssued(new X509Certificate(authority.cert))
  )
    return;
  const made = await issueCertificate(authority, { hosts: [lead.host], now });
  const paths = certificatePaths(state);
  writeFileDurably(paths.key, made.key, { mode: 0o600 });
  writeFileDurably(paths.cert, made.cert, { mode: 0o600 });
}

function certificateText(state: string): string {
  return readTextIfThere(certificatePaths(state).cert) ?? '';
}
