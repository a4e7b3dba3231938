/** What the lead keeps for its server, in `STATE/mesh/server`; only its user can read it. */
import { join } from 'node:path';
import { renameSync } from '../../../kernel/files.js';
import { makeDirectory, writeFileDurably } from '../../../workspace/durable.js';
import { readTextIfThere } from '../../../workspace/read-if-there.js';
import { readJson, writeJsonDurably } from '../../../workspace/state-home.js';
import { meshDirectory } from '../identity.js';

/** Where the server is, as `mesh init` was told. */
export type Lead = {
  readonly mesh: string;
  /** Name or address for the other nodes. */
  readonly host: string;
  readonly port: number;
  /** Address on which the server listens. */
  readonly listen: string;
  /** Without it only on loopback. */
  readonly tls: boolean;
};
/** The login that makes streams and lanes. */
export type Admin = { readonly seed: string; readonly login: string };
/** `key` signs certificates, and is needed only for that. */
export type Authority = { readonly cert: string; readonly key: string };

export function serverDirectory(state: string): string {
  return join(meshDirectory(state), 'server');
}

/** Nothing where this workspace leads no mesh. */
export function readLead(state: string): Lead | undefined {
  return readJson<Lead>(leadPath(state));
}

export function writeLead(state: string, lead: Lead): void {
  makeDirectory(serverDirectory(state), 0o700);
  writeJsonDurably(leadPath(state), lead);
}

/** From now on it has no server; its files stay, under another name. */
export function retireLead(state: string): void {
  renameSync(leadPath(state), join(serverDirectory(state), 'lead-before.json'));
}

export function readAdmin(state: string): Admin | undefined {
  return readJson<Admin>(adminPath(state));
}

export function writeAdmin(state: string, admin: Admin): void {
  makeDirectory(serverDirectory(state), 0o700);
  writeJsonDurably(adminPath(state), admin);
}

export function readAuthority(state: string): Authority | undefined {
  return readJson<Authority>(authorityPath(state));
}

export function writeAuthority(state: string, authority: Authority): void {
  makeDirectory(serverDirectory(state), 0o700);
  writeJsonDurably(authorityPath(state), authority);
}

/** PEM files that nats-server reads. */
export function certificatePaths(state: string): { readonly cert: string; readonly key: string } {
  const directory = serverDirectory(state);
  return { cert: join(directory, 'server.pem'), key: join(directory, 'server.key') };
}

export function configPath(state: string): string {
  return join(serverDirectory(state), 'nats.conf');
}

export function storePath(state: string): string {
  return join(serverDirectory(state), 'store');
}

/** The authority that this node trusts to name its server: PEM, taken from the join token. */
export function pinnedAuthority(state: string): string | undefined {
  return readTextIfThere(pinnedPath(state));
}

export function pinAuthority(state: string, pem: string): void {
  makeDirectory(meshDirectory(state), 0o700);
  writeFileDurably(pinnedPath(state), pem, { mode: 0o600 });
}

export function urlOf({ host, port, tls }: Lead): string {
  return `${tls ? 'tls' : 'nats'}://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function leadPath(state: string): string {
  return join(serverDirectory(state), 'lead.json');
}

function adminPath(state: string): string {
  return join(serverDirectory(state), 'admin.json');
}

function authorityPath(state: string): string {
  return join(serverDirectory(state), 'authority.json');
}

function pinnedPath(state: string): string {
  return join(meshDirectory(state), 'authority.pem');
}
