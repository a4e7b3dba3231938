/**
 * Module channels: reaches the owner by e-mail, Telegram, Slack, ntfy, a webhook or a host, and
 * takes one word as an answer.
 */
import type { Module } from '../types.js';
import { channelFailures, channelObservations, channelState } from './channel-health.js';
import { channelService } from './channel-service.js';
import { channelsList } from './commands/list.js';
import { channelsLog } from './commands/log.js';
import { channelsTest } from './commands/test.js';
import { ownerChannels } from './owner-channel.js';
import { roundOfAll } from './rounds.js';

export const module: Module = {
  name: 'channels',
  // Every round reads the page as it is.
  onChange: () => undefined,
  sweep: ({ workspace, snapshot, signal, say }) =>
    ownerChannels(snapshot).length === 0
      ? []
      : roundOfAll(
          { workspace, signal, say, env: process.env },
          { mayBegin: false, takesAnswers: true },
        ),
  async onEvent(_event, { workspace, signal, say }) {
    const context = { workspace, signal, say, env: process.env };
    for (const line of await roundOfAll(context, { mayBegin: true, takesAnswers: false }))
      say(line);
  },
  failures: ({ snapshot }) => channelFailures(snapshot),
  examined: ({ snapshot, state }) => channelObservations(snapshot, state),
  state: ({ snapshot }) => channelState(snapshot),
  serve: (context) => channelService(context),
  commands: {
    'channels list': channelsList,
    'channels test': channelsTest,
    'channels log': channelsLog,
  },
};
