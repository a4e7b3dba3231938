/** The owner's settings for channels and senders, from the protected page and from answers. */
import { fieldInt, fieldList, fieldText } from '../project/field-text.js';
import type { Snapshot } from '../workspace/types.js';

export type Channel = {
  readonly name: string;
  readonly unknownSender: 'quarantine' | 'drop';
  readonly trigger: string;
  readonly pattern: string;
  readonly ignored: 'accumulate' | 'drop';
  readonly project: string;
  readonly maxPerHour: number;
};
export type KnownSender = {
  readonly channel: string;
  readonly sender: string;
  readonly verdict: 'allow' | 'deny' | 'asked';
  readonly about: 'sender' | 'arrivals';
  readonly projects: readonly string[];
  readonly from: 'page' | 'answer';
  readonly id: string;
};
export type InboundPolicy = {
  readonly channels: ReadonlyMap<string, Channel>;
  readonly senders: readonly KnownSender[];
  readonly projects: ReadonlySet<string>;
};

/** A value that cannot be read counts as the stricter one. */
export function inboundPolicy(snapshot: Snapshot): InboundPolicy {
  const channels = snapshot.records('CHANNEL').map(
    (row): Channel => ({
      name: fieldText(row, 'channel'),
      unknownSender: fieldText(row, 'unknown_sender') === 'quarantine' ? 'quarantine' : 'drop',
      trigger: fieldText(row, 'trigger'),
      pattern: fieldText(row, 'pattern'),
      ignored: fieldText(row, 'ignored') === 'accumulate' ? 'accumulate' : 'drop',
      project: fieldText(row, 'project'),
      maxPerHour: fieldInt(row, 'max_per_hour') ?? 1,
    }),
  );
  const page = snapshot.records('SENDER').map(
    (row): KnownSender => ({
      channel: fieldText(row, 'channel'),
      sender: fieldText(row, 'sender').normalize('NFC'),
      verdict: fieldText(row, 'verdict') === 'allow' ? 'allow' : 'deny',
      about: 'sender',
      projects: fieldList(row, 'projects'),
      from: 'page',
      id: '',
    }),
  );
  const answers = snapshot.records('SENDER-DECISION').map((row): KnownSender => {
    const verdict = fieldText(row, 'verdict');
    return {
      channel: fieldText(row, 'channel'),
      sender: fieldText(row, 'sender').normalize('NFC'),
      verdict: verdict === 'allow' || verdict === 'asked' ? verdict : 'deny',
      about: fieldText(row, 'about') === 'arrivals' ? 'arrivals' : 'sender',
      projects: [],
      from: 'answer',
      id: row.key,
    };
  });
  return {
    channels: new Map(channels.map((channel) => [channel.name, channel])),
    senders: [...page, ...answers],
    projects: new Set(snapshot.records('PROJECT').map((record) => record.key)),
  };
}
