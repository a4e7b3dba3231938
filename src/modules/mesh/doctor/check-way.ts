/** The way to the server: address, name, port, version, certificate. */
import { plural } from '../../../kernel/words.js';
import { lookup } from 'node:dns/promises';
import { isIP, type Socket } from 'node:net';
import { messageOf } from '../../../kernel/error.js';
import { advisoryText, HOW_TO_GET, isAtLeast } from '../server/advisories.js';
import { isLoopbackHost } from '../server/loopback.js';
import { failed, type Finding, good, skipped, warning } from './finding.js';
import { type Greeting, greetServer, shakeHands, type Unreached } from './greet-server.js';

export type Way = {
  readonly url: string;
  readonly lead: string;
  readonly isLead: boolean;
  readonly authority: string | undefined;
  readonly now: Date;
};
type Address = { readonly host: string; readonly port: number; readonly tls: boolean };

/** What the mesh uses: buckets, object stores, permissions of nkeys. */
const OLDEST = '2.9.0';
const SOON_DAYS = 30;
const DAY_MS = 86_400_000;

export async function checkWay(way: Way): Promise<readonly Finding[]> {
  const address = addressOf(way.url);
  if (address === undefined)
    return [
      failed(
        'address',
        `${way.url} is not the address of a server`,
        'correct Url in MESH.md, such as tls://lead.example:4222, and sign it',
      ),
    ];
  const [safe, named] = [checkAddress(way, address), await checkName(address)];
  if ([safe, named].some(({ state }) => state === 'failed')) return [safe, named];
  const reached = await greetServer(address, async (greeting, socket) => [
    good('reach', `nats-server ${greeting.version} answers at ${way.url}`),
    checkVersion(greeting, address),
    await checkCertificate(way, address, { greeting, socket }),
  ]);
  return [safe, named, ...('code' in reached ? [notReached(way, reached)] : reached)];
}

export function addressOf(url: string): Address | undefined {
  if (!URL.canParse(url)) return undefined;
  const { protocol, hostname, port } = new URL(url);
  if (!['tls:', 'nats:'].includes(protocol) || hostname === '') return undefined;
  const host = hostname.replace(/^\[|\]$/g, '');
  return { host, port: port === '' ? 4222 : Number(port), tls: protocol === 'tls:' };
}

function checkAddress({ url, authority }: Way, { host, tls }: Address): Finding {
  if (!tls && !isLoopbackHost(host))
    return failed(
      'address',
      `${url} is on another machine and does not use TLS`,
      'begin the mesh with TLS on the lead, and join again',
    );
  if (tls && authority === undefined)
    return failed(
      'address',
      'the certificate of the authority of the mesh is missing here',
      'join again: nocturne mesh join TOKEN',
    );
  return good('address', `${url}${tls ? '' : ', on this machine only, without TLS'}`);
}

async function checkName({ host }: Address): Promise<Finding> {
  if (isIP(host) !== 0) return good('dns', `${host} needs no name server`);
  try {
    const { address } = await lookup(host);
    return good('dns', `${host} is ${address}`);
  } catch (error) {
    return failed(
      'dns',
      `the name ${host} is not known: ${messageOf(error)}`,
      `write it into the name server or /etc/hosts, or begin the mesh with --host ADDRESS`,
    );
  }
}

function notReached({ url, lead, isLead }: Way, { code, message }: Unreached): Finding {
  const serve = isLead ? 'run nocturne serve here' : `run nocturne serve on ${lead}`;
  const fixes: Readonly<Record<string, string>> = {
    NOT_NATS: `another program has this port: end it, or correct Url in MESH.md`,
    SILENT: `${serve}; let the firewall of ${lead} pass this port`,
    ETIMEDOUT: `${serve}; let the firewall of ${lead} pass this port`,
    EHOSTUNREACH: `connect this machine to the network of ${lead}`,
    ENETUNREACH: `connect this machine to the network of ${lead}`,
  };
  return failed('reach', `nothing serves at ${url}: ${message} (${code})`, fixes[code] ?? serve);
}

/** @throws never: an old version is a failure where others reach the server. */
function checkVersion({ version, jetstream }: Greeting, { host }: Address): Finding {
  const newer = `on the lead, get a newer one: ${HOW_TO_GET}`;
  if (!isAtLeast(version, OLDEST))
    return failed('version', `nats-server ${version} is older than ${OLDEST}`, newer);
  if (!jetstream)
    return failed(
      'version',
      `the server at this address has no JetStream`,
      'it is not the server of the mesh: correct Url in MESH.md, or end the other server',
    );
  const known = advisoryText(version);
  if (known === '') return good('version', `nats-server ${version} has no weakness known here`);
  return isLoopbackHost(host)
    ? warning('version', `nats-server ${version}, on this machine only: ${known}`, newer)
    : failed('version', `nats-server ${version}: ${known}`, newer);
}

async function checkCertificate(
  { authority, now, lead }: Way,
  { host, tls }: Address,
  { greeting, socket }: { readonly greeting: Greeting; readonly socket: Socket },
): Promise<Finding> {
  if (!tls) return skipped('tls', 'not used on this machine');
  if (!greeting.tlsRequired)
    return failed(
      'tls',
      'the server at this address does not ask for TLS',
      `it is not the server of the mesh; on ${lead}: nocturne mesh doctor`,
    );
  const shaken = await shakeHands(socket, { host, authority: authority ?? '' });
  if ('problem' in shaken) return notTrusted(shaken.problem, host, lead);
  const days = Math.floor((shaken.validTo.getTime() - now.getTime()) / DAY_MS);
  return days < SOON_DAYS
    ? warning(
        'tls',
        `its certificate ends in ${plural(days, 'day')}`,
        `restart nocturne serve on ${lead}`,
      )
    : good('tls', `its certificate is that of the mesh, for ${plural(days, 'more day')}`);
}

function notTrusted({ code, message }: Unreached, host: string, lead: string): Finding {
  const restart = `restart nocturne serve on ${lead}, which makes a new one`;
  const clock = `set the clock of this machine; else ${restart}`;
  const fixes: Readonly<Record<string, string>> = {
    CERT_HAS_EXPIRED: clock,
    CERT_NOT_YET_VALID: clock,
    ERR_TLS_CERT_ALTNAME_INVALID: `use the name that ${lead} was begun with as Url in MESH.md, not ${host}`,
  };
  const other =
    'it may be another server, or somebody in between; otherwise join again with a new token';
  return failed(
    'tls',
    `its certificate is not trusted: ${message} (${code})`,
    fixes[code] ?? other,
  );
}
