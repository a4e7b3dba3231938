/** Addresses of this machine: which only it reaches, and on which a server can listen. */
import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';

export function isLoopbackHost(host: string): boolean {
  const name = host.replace(/^\[|\]$/g, '').toLowerCase();
  return name === 'localhost' || name === '::1' || (isIP(name) === 4 && name.startsWith('127.'));
}

/** Whether only this machine can reach the server at this address. */
export function isLoopbackUrl(url: string): boolean {
  return URL.canParse(url) && isLoopbackHost(new URL(url).hostname);
}

/** The address for a server that others reach under `host`: that one, if it is this machine's. */
export function listenAddress(host: string): string {
  if (isLoopbackHost(host)) return host === '::1' ? '::1' : '127.0.0.1';
  const own = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  return own.some(({ address }) => address === host) ? host : '0.0.0.0';
}
