/** The own channels of a host that the workspace lives in: the host sends, with its own keys. */
import { installedHosts } from '../../../hosts/installed.js';
import { safeText } from '../delivery/safe-text.js';
import type { Connect } from './connection.js';

export const host: Connect = (channel, { env }) => ({
  async send({ id, title, text }) {
    const hosts = await installedHosts();
    const sender = hosts.find(
      ({ name, send }) => send !== undefined && (channel.server === '' || name === channel.server),
    );
    if (sender?.send === undefined)
      return { kind: 'failed', why: `no host ${channel.server || 'here'} can send messages` };
    try {
      await sender.send({ to: channel.to, text: `${title}\n${text}` }, { env });
      return { kind: 'sent', message: id };
    } catch (error) {
      // The host may have sent it and failed after that.
      return { kind: 'failed', why: safeText(error).slice(0, 160), mayHaveArrived: true };
    }
  },
});
