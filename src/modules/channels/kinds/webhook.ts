/** A plain webhook: one signed POST of JSON for each message. */
import { createHmac } from 'node:crypto';
import { NocturneError } from '../../../kernel/error.js';
import { readSecret } from '../channel-secret.js';
import type { Connect } from './connection.js';
import { httpPost } from './http-post.js';

/** `Nocturne-Signature: t=SECONDS,v1=HMAC-SHA-256 of "SECONDS.BODY"`. */
export const SIGNATURE = 'Nocturne-Signature';

export const webhook: Connect = (channel, place) => {
  const secret = readSecret(channel.secret, place);
  if (secret.length < 16)
    throw new NocturneError(
      'CONFIG',
      `the secret of ${channel.name} has fewer than 16 characters`,
      {
        hint: 'make one: openssl rand -hex 32',
      },
    );
  return {
    async send(message, signal) {
      const { id, about, title, text, priority, link, time } = message;
      const body = JSON.stringify({ id, about, title, text, priority, link });
      const seconds = Math.floor(time / 1000);
      const headers = {
        'content-type': 'application/json',
        'idempotency-key': id,
        [SIGNATURE]: `t=${seconds},v1=${signatureOf(secret, seconds, body)}`,
      };
      const sent = await httpPost({ url: channel.to, headers, body, signal, now: time });
      return sent.kind === 'sent' ? { kind: 'sent', message: id } : sent;
    },
  };
};

export function signatureOf(secret: string, seconds: number, body: string): string {
  return createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex');
}
