/** The kinds of channels, each loaded when it is used. */
import type { Channel, Kind } from '../owner-channel.js';
import type { Connect, Connection, ConnectionPlace } from './connection.js';

const LOAD: Readonly<Record<Kind, () => Promise<Connect>>> = {
  email: async () => (await import('./email.js')).email,
  telegram: async () => (await import('./telegram.js')).telegram,
  slack: async () => (await import('./slack.js')).slack,
  ntfy: async () => (await import('./ntfy.js')).ntfy,
  webhook: async () => (await import('./webhook.js')).webhook,
  host: async () => (await import('./host.js')).host,
};

/** @throws NocturneError `CONFIG` for what CHANNELS.md, or a secret, lacks. */
export async function connect(channel: Channel, place: ConnectionPlace): Promise<Connection> {
  return (await LOAD[channel.kind]())(channel, place);
}
