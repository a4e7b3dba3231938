/** `channels list`: each channel, where it sends, and how it is. */
import { EXIT } from '../../../kernel/error.js';
import { localTime } from '../../../project/local-time.js';
import { ownerZone } from '../../../project/owner-zone.js';
import { textTable } from '../../../report/text-table.js';
import type { ModuleCommand } from '../../types.js';
import { listens } from '../card.js';
import { channelHealth } from '../channel-health.js';
import { destinationOf, notAllowed } from '../destination.js';
import {
  CHANNELS_PAGE,
  channelSettings,
  channelsDistrusted,
  ownerChannels,
} from '../owner-channel.js';

export const channelsList: ModuleCommand = {
  summary: 'list the channels to you, and how each of them is',
  forAgents: 'never',
  examples: ['nocturne channels list', 'nocturne channels list --json'],
  run(context) {
    const workspace = context.workspace();
    const snapshot = workspace.snapshot();
    const zone = ownerZone(snapshot);
    const distrust = channelsDistrusted(workspace, snapshot) ?? null;
    const health = new Map(channelHealth(snapshot).map((each) => [each.name, each]));
    const channels = ownerChannels(snapshot).map((channel) => {
      const { name, kind, when, senders } = channel;
      const state = health.get(name);
      const [barred] = notAllowed(snapshot, channel, { content: '' });
      return {
        name,
        kind,
        destination: destinationOf(channel),
        when,
        answers: listens(channel) ? senders : [],
        problem: barred ?? state?.failure ?? '',
        lastSent: state?.lastSent ?? '',
        undelivered: state?.undelivered ?? [],
        waiting: state?.waiting ?? [],
      };
    });
    const rows = channels.map((each) => [
      each.name,
      each.kind,
      each.when.join(', '),
      each.answers.length === 0 ? 'no' : each.answers.join(', '),
      each.lastSent === '' ? 'nothing yet' : localTime(each.lastSent, zone),
      each.problem,
    ]);
    const head = ['channel', 'kind', 'when', 'answers from', 'last sent', 'problem'];
    const table =
      channels.length === 0
        ? `There are no channels. ${CHANNELS_PAGE} says how to add one.`
        : textTable({ head, width: context.width, rows });
    const text = distrust === null ? table : `${table}\nNo channel works: ${distrust}.`;
    const { dashboard, morning, unanswered } = channelSettings(snapshot);
    const settings = { dashboard, morning, unanswered };
    return { exit: EXIT.ok, text, json: { channels, settings, distrust } };
  },
};
