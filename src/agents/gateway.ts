/**
 * Endpoints that are not web addresses, such as `mesh://gpu`: a module that knows their scheme
 * serves them on a Unix socket, under the path of the rest of the address.
 */
import { join } from 'node:path';
import { makeDirectory, removeIfThere } from '../workspace/durable.js';
import {
  isIdentity,
  lifeOf,
  ownIdentity,
  type ProcessIdentity,
} from '../workspace/process-identity.js';
import { readJson, writeJsonDurably } from '../workspace/state-home.js';

type Stored = { readonly process: ProcessIdentity; readonly socket: string };
/** `base`: of the paths on that socket. */
export type Gateway = { readonly socket: string; readonly base: string };

const ADDRESS = /^([a-z][a-z0-9]*):\/\/(\S+)$/;

export function isWebAddress(endpoint: string): boolean {
  return /^https?:\/\//.test(endpoint);
}

/** From now on this process serves the scheme. */
export function announceGateway(state: string, scheme: string, socket: string): void {
  makeDirectory(folderOf(state), 0o700);
  writeJsonDurably(pathOf(state, scheme), { process: ownIdentity(), socket } satisfies Stored);
}

/** Only that of this process: another may have begun since. */
export function withdrawGateway(state: string, scheme: string): void {
  if (readJson<Stored>(pathOf(state, scheme))?.process.pid === process.pid)
    removeIfThere(pathOf(state, scheme));
}

/** `undefined`: no living process serves it. */
export function gatewayFor(state: string, endpoint: string): Gateway | undefined {
  const [, scheme, rest] = ADDRESS.exec(endpoint) ?? [];
  const socket = scheme === undefined ? undefined : gatewaySocket(state, scheme);
  return socket === undefined || rest === undefined
    ? undefined
    : { socket, base: `http://${scheme}/${encodeURIComponent(rest.replace(/\/+$/, ''))}` };
}

export function gatewaySocket(state: string, scheme: string): string | undefined {
  const stored = readJson<Stored>(pathOf(state, scheme));
  return isIdentity(stored?.process) && lifeOf(stored.process) !== 'dead'
    ? stored.socket
    : undefined;
}

function folderOf(state: string): string {
  return join(state, 'gateways');
}

function pathOf(state: string, scheme: string): string {
  return join(folderOf(state), `${scheme}.json`);
}
