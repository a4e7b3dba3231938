/** ntfy: a push message to the phones that have subscribed to the topic. */
import { readSecret } from '../channel-secret.js';
import type { Connect } from './connection.js';
import { httpPost } from './http-post.js';

const PRIORITY: Readonly<Record<string, number>> = { critical: 5, high: 4, medium: 3, low: 2 };

export const ntfy: Connect = (channel, place) => {
  const token = channel.secret === '' ? '' : readSecret(channel.secret, place);
  const address = new URL(channel.to);
  const server = new URL('.', address).href;
  const topic = address.pathname.split('/').filter(Boolean).at(-1) ?? '';
  return {
    async send({ id, title, text, priority, link, time }, signal) {
      const body = JSON.stringify({
        topic,
        title,
        message: text,
        priority: PRIORITY[priority] ?? 3,
        // A message with the same one replaces the first on the phone.
        sequence_id: id,
        click: link,
      });
      const headers = {
        'content-type': 'application/json',
        ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
      };
      const sent = await httpPost({ url: server, headers, body, signal, now: time });
      return sent.kind === 'sent' ? { kind: 'sent', message: id } : sent;
    },
  };
};
