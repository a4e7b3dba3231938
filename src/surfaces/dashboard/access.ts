/**
 * Which requests come from the owner's browser and from a page of ours. DNS rebinding shows in the
 * Host, a foreign page in Origin and Sec-Fetch-Site.
 */
import { isIP } from 'node:net';

/** `names`: host names, as opposed to addresses, under which the owner reaches the server. */
export type Reach = {
  readonly isTls: boolean;
  readonly names: readonly string[];
  readonly url?: URL;
};

export type AskedRequest = {
  readonly method: string;
  /** As the request line says, with scheme and host. */
  readonly url: string;
  readonly header: (name: string) => string | undefined;
  /** Of the socket: the address of this machine that was called. */
  readonly localAddress: string | undefined;
};

const HOST = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?$/;
const READS = new Set(['GET', 'HEAD']);

/** Why a request is refused; `undefined` if it is one of ours. */
export function foreignRequest(reach: Reach, request: AskedRequest): string | undefined {
  const host = (request.header('host') ?? '').toLowerCase();
  const name = HOST.exec(host)?.[1]?.replace(/^\[|\]$/g, '') ?? '';
  if (!isOurName(reach, name, request.localAddress ?? ''))
    return `The Host is "${host}", which is not a name of this dashboard. --url names another one.`;
  if (new URL(request.url).host !== new URL(`http://${host}`).host)
    return 'The request is for another host than its Host header says.';
  const origin = request.header('origin');
  const own = `${schemeOf(reach, host)}://${host}`;
  if (origin !== undefined && origin.toLowerCase() !== own)
    return `The Origin "${origin}" is not that of this dashboard, ${own}.`;
  const site = request.header('sec-fetch-site');
  if (READS.has(request.method))
    return isForeignSite(site) && !isVisit(request)
      ? 'Only pages of this dashboard may load its parts.'
      : undefined;
  return site === 'same-origin' || (site === undefined && origin !== undefined)
    ? undefined
    : 'Only pages of this dashboard may send its forms.';
}

/** An address in the Host is the one that was called: no foreign name leads there. */
function isOurName({ names }: Reach, name: string, localAddress: string): boolean {
  const local = localAddress.replace(/^::ffff:(?=[\d.]+$)/, '');
  if (isIP(name) !== 0) return name === local || names.includes(name);
  const isLoopback = local === '::1' || local.startsWith('127.');
  return names.includes(name) || (name === 'localhost' && isLoopback);
}

function isForeignSite(site: string | undefined): boolean {
  return site === 'cross-site' || site === 'same-site';
}

/** A link that the owner followed: it shows a page, and no other page sees what is on it. */
function isVisit({ header }: AskedRequest): boolean {
  return header('sec-fetch-mode') === 'navigate' && header('sec-fetch-dest') === 'document';
}

/** Whether the browser speaks HTTPS, to us or to what stands between. */
export function schemeOf({ isTls, url }: Reach, host: string): 'http' | 'https' {
  if (url !== undefined && url.host === host) return url.protocol === 'https:' ? 'https' : 'http';
  return isTls ? 'https' : 'http';
}
