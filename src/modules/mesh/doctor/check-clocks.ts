/** Clocks and versions of the nodes, by what they announced and when the server had it. */
import { jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { Kvm } from '@nats-io/kv';
import type { Announcement } from '../node/announcement.js';
import { PROTOCOL } from '../node/announcement.js';
import { keysOf } from '../roster.js';
import { readSigned } from '../wire/jws.js';
import { BUCKET } from '../wire/names.js';
import type { Login } from './check-login.js';
import { failed, type Finding, good, skipped, warning } from './finding.js';

/** Nothing that the mesh decides depends on clocks, except when a token expires. */
const MOST_SKEW_MS = 30_000;
type Seen = { readonly announcement: Announcement; readonly at: Date };

export async function checkClocks(
  connection: NatsConnection,
  login: Login,
): Promise<readonly Finding[]> {
  const seen = await announcements(connection, login);
  const own = await ownSkew(connection, login, seen);
  return [checkClock(seen, own, login), checkVersions(seen)];
}

function checkClock(seen: readonly Seen[], own: number | undefined, { identity }: Login): Finding {
  const skews = seen
    .filter(({ announcement }) => announcement.node !== identity.node)
    .map(({ announcement, at }) => ({
      node: announcement.node,
      ms: Date.parse(announcement.time) - at.getTime(),
    }));
  const all = own === undefined ? skews : [{ node: identity.node, ms: own }, ...skews];
  const wrong = all.filter(({ ms }) => Math.abs(ms) > MOST_SKEW_MS);
  if (all.length === 0) return skipped('clock', 'the server does not tell its time');
  if (wrong.length === 0)
    return good(
      'clock',
      `${all.length === 1 ? '1 clock agrees' : `${all.length} clocks agree`} with the server's`,
    );
  const words = wrong.map(({ node, ms }) => `${node} is ${skewText(ms)} the server`);
  return warning(
    'clock',
    words.join('; '),
    `set the clock there, such as with timedatectl set-ntp true; times that are shown are wrong until then`,
  );
}

function checkVersions(seen: readonly Seen[]): Finding {
  if (seen.length === 0) return skipped('nodes', 'none has announced itself');
  const far = seen.filter(
    ({ announcement }) => !(Math.abs(Number(announcement.version) - PROTOCOL) <= 1),
  );
  if (far.length === 0)
    return good('nodes', seen.map(({ announcement }) => announcement.node).join(', '));
  return failed(
    'nodes',
    far
      .map(
        ({ announcement: { node, version } }) =>
          `${node} speaks version ${version}, not ${PROTOCOL}`,
      )
      .join('; '),
    'update Nocturne on the older of them',
  );
}

/** Milliseconds that this clock is ahead. Servers before 2.10 do not tell their time. */
async function ownSkew(
  connection: NatsConnection,
  { workspace, identity }: Login,
  seen: readonly Seen[],
): Promise<number | undefined> {
  const manager = await jetstreamManager(connection, { checkAPI: false });
  const before = workspace.clock.now().getTime();
  const { ts } = await manager.streams.info(`KV_${BUCKET.roster}`);
  const after = workspace.clock.now().getTime();
  if (ts !== undefined) return Math.round((before + after) / 2 - Date.parse(ts));
  const own = seen.find(({ announcement }) => announcement.node === identity.node);
  return own === undefined ? undefined : Date.parse(own.announcement.time) - own.at.getTime();
}

async function announcements(
  connection: NatsConnection,
  { roster }: Login,
): Promise<readonly Seen[]> {
  const bucket = await new Kvm(connection).open(BUCKET.nodes);
  const seen: Seen[] = [];
  for (const { id, revoked } of roster.nodes) {
    const entry = revoked === undefined ? await bucket.get(id) : null;
    if (entry === null || entry.operation !== 'PUT') continue;
    const { body } = readSigned('announcement', entry.string(), keysOf(roster));
    seen.push({ announcement: body as Announcement, at: entry.created });
  }
  return seen;
}

function skewText(ms: number): string {
  const seconds = Math.round(Math.abs(ms) / 1000);
  const length = seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
  return `${length} ${ms > 0 ? 'ahead of' : 'behind'}`;
}
