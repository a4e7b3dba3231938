/** A channel to the owner, as CHANNELS.md declares it, and the settings of all channels. */
import { isDeepStrictEqual } from 'node:util';
import type { Rec } from '../../markdown/types.js';
import { notAsSigned } from '../../integrity/page-as-signed.js';
import { fieldList, fieldText } from '../../project/field-text.js';
import { REGISTRY_FILE } from '../../registry/load-schema.js';
import type { Snapshot, Workspace } from '../../workspace/types.js';

export const CHANNELS_PAGE = 'orchestration-os/CHANNELS.md';
const DESTINATIONS_PAGE = 'orchestration-os/OPS-DESTINATIONS.md';

export const KINDS = ['email', 'telegram', 'slack', 'ntfy', 'webhook', 'host'] as const;
export type Kind = (typeof KINDS)[number];

export type Channel = {
  readonly name: string;
  readonly kind: Kind;
  /** Where a message goes: an address, a chat, a topic. */
  readonly to: string;
  /** Who may answer, exactly as the channel names them. Empty: nobody. */
  readonly senders: readonly string[];
  readonly when: readonly ('critical' | 'morning')[];
  /** Local times; nothing is sent between them. */
  readonly quiet: { readonly from: string; readonly to: string } | undefined;
  /** Kinds of questions that it may not answer, in addition to those of the settings. */
  readonly unanswered: readonly string[];
  /** Where the secrets are: `env:NAME` or `file:/path`. */
  readonly secret: string;
  readonly incomingSecret: string;
  readonly server: string;
  readonly incomingServer: string;
  readonly from: string;
};

export type Settings = {
  /** Empty: no links. */
  readonly dashboard: string;
  /** The local time from which the messages of a morning are sent. */
  readonly morning: string;
  readonly unanswered: readonly string[];
};

const MORNING = '07:00';

export function ownerChannels(snapshot: Snapshot): readonly Channel[] {
  return snapshot.records('OWNER-CHANNEL').flatMap((record) => {
    const kind = KINDS.find((known) => known === fieldText(record, 'kind'));
    return kind === undefined ? [] : [channelOf(record, kind)];
  });
}

export function channelSettings(snapshot: Snapshot): Settings {
  const record = snapshot.records('CHANNEL-SETTINGS')[0];
  return {
    dashboard: fieldText(record, 'dashboard').replace(/\/+$/, ''),
    morning: fieldText(record, 'morning') || MORNING,
    unanswered: fieldList(record, 'unanswered'),
  };
}

/** Why no channel works now; what the owner has not signed says nothing about where to send. */
export function channelsDistrusted(
  workspace: Pick<Workspace, 'state'>,
  snapshot: Snapshot,
): string | undefined {
  const unsigned = notAsSigned(workspace, snapshot, [
    REGISTRY_FILE,
    CHANNELS_PAGE,
    DESTINATIONS_PAGE,
  ]);
  return unsigned ?? (snapshot.schema.objects.has('CHANNEL-EVENT') ? undefined : OLD_REGISTRY);
}

/** The page may have changed since the channel was read from it. */
export function isStillSigned(
  workspace: Pick<Workspace, 'state'>,
  snapshot: Snapshot,
  channel: Channel,
): boolean {
  return (
    channelsDistrusted(workspace, snapshot) === undefined &&
    ownerChannels(snapshot).some((each) => isDeepStrictEqual(each, channel))
  );
}

const OLD_REGISTRY = 'REGISTRY.md of this workspace does not know channels yet: nocturne upgrade';

function channelOf(record: Rec, kind: Kind): Channel {
  const text = (field: string): string => fieldText(record, field);
  const when = fieldList(record, 'when').filter(
    (word) => word === 'critical' || word === 'morning',
  );
  const [from = '', to = ''] = text('quiet').split('-');
  return {
    name: record.key,
    kind,
    to: text('to'),
    senders: fieldList(record, 'senders'),
    when: when.length === 0 ? ['critical', 'morning'] : when,
    quiet: from === '' || to === '' ? undefined : { from, to },
    unanswered: fieldList(record, 'unanswered'),
    secret: text('secret'),
    incomingSecret: text('incoming_secret') || text('secret'),
    server: text('server'),
    incomingServer: text('incoming_server'),
    from: text('from'),
  };
}
